import { createECDH, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { RefusalError } from '../../shared/errors.ts'
import { helloTranscript } from '../../shared/protocol/hello.ts'
import { pairingDigits, pairingTranscript } from '../../shared/protocol/pair.ts'
import { protocolVersion } from '../../shared/protocol/version.ts'
import { isKind, knownOrigin, Wire } from './wire.ts'

/** What a browser keeps of a pairing. */
export interface Paired {
  origin: string
  pairingId: string
  key: Buffer
}

export interface PairOptions {
  origin?: string
  name?: string
  /** Told the digits that the popup would show, before the agent's answer is awaited. */
  onDigits?: (digits: string) => void
}

/** Pairs as the extension does and keeps the connection open. @throws RefusalError as the agent told it */
export async function pairOn(wire: Wire, { origin = knownOrigin, name = 'Chromium', onDigits }: PairOptions = {}): Promise<Paired> {
  const keys = createECDH('prime256v1')
  const publicKey = keys.generateKeys('base64')
  const nonce = randomBytes(32).toString('hex')
  const commitment = sha256(`${publicKey}\n${nonce}`).toString('hex')
  wire.say({ kind: 'pair', step: 'offer', version: protocolVersion, commitment, name })

  const answer = await nextPair(wire, 'answer')
  wire.say({ kind: 'pair', step: 'reveal', publicKey, nonce })
  const opened = await nextPair(wire, 'opened')
  if (sha256(`${answer.publicKey}\n${opened.nonce}`).toString('hex') !== answer.commitment) throw new Error('the agent opened another commitment')
  const transcript = pairingTranscript({
    version: answer.version,
    origin,
    extensionKey: publicKey,
    agentKey: answer.publicKey,
    extensionNonce: nonce,
    agentNonce: opened.nonce,
  })
  onDigits?.(pairingDigits(sha256(transcript)))
  const { pairingId } = await nextPair(wire, 'confirmed')
  const key = Buffer.from(hkdfSync('sha256', keys.computeSecret(answer.publicKey, 'base64'), '', transcript, 32))
  return { origin, pairingId, key }
}

export async function pairWithAgent(port: number, options: PairOptions = {}): Promise<Paired> {
  const wire = await Wire.open(port, { origin: options.origin ?? knownOrigin })
  try {
    return await pairOn(wire, options)
  } finally {
    await wire.close()
  }
}

/** Says hello as the extension does: the agent is proven before our own proof leaves. @throws RefusalError */
export async function helloOn(wire: Wire, port: number, { origin, pairingId, key }: Paired): Promise<{ agentVersion: string }> {
  const nonce = randomBytes(32).toString('hex')
  wire.say({ kind: 'hello', step: 'offer', version: protocolVersion, pairingId, nonce })
  const answer = await nextHello(wire, 'answer')
  const transcript = { version: answer.version, origin, port, pairingId, extensionNonce: nonce, agentNonce: answer.nonce }
  if (answer.proof !== proof('agent', key, transcript)) throw new Error('the agent does not hold the pairing key')
  wire.say({ kind: 'hello', step: 'prove', proof: proof('extension', key, transcript) })
  return nextHello(wire, 'ready')
}

export function proof(role: 'agent' | 'extension', key: Buffer, transcript: Parameters<typeof helloTranscript>[1]): string {
  return createHmac('sha256', key).update(helloTranscript(role, transcript)).digest('hex')
}

async function nextPair<Step extends 'answer' | 'opened' | 'confirmed'>(wire: Wire, step: Step) {
  const message = await wire.hear(isKind('pair'))
  if (message.step === 'refused') throw new RefusalError(message.refusal)
  if (message.step !== step) throw new Error(`expected pair ${step}, heard ${message.step}`)
  return message as Extract<typeof message, { step: Step }>
}

async function nextHello<Step extends 'answer' | 'ready'>(wire: Wire, step: Step) {
  const message = await wire.hear(isKind('hello'))
  if (message.step === 'refused') throw new RefusalError(message.refusal)
  if (message.step !== step) throw new Error(`expected hello ${step}, heard ${message.step}`)
  return message as Extract<typeof message, { step: Step }>
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
