/**
 * A key host whose driver does what a script says. The script is the JSON file that stands in the place of the
 * driver; it is read again at every call. It knows no PIN: `ask` is answered at once.
 */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import { appendFileSync, readFileSync } from 'node:fs'
import type { HostListing, HostMessage, HostRequest, HostVerb, KeyPlace, Look, Withdrawal } from '../../../agent/token/host-calls.ts'
import { digestInfo, signPkcs1 } from '../../../agent/token/pkcs1.ts'
import { refusal, type Refusal } from '../../../shared/errors.ts'

export type Behaviour = 'well' | 'crash' | 'hang' | 'lie' | Refusal

export interface FakeDriverScript extends Partial<Record<HostVerb, Behaviour>> {
  keyPem: string
  certificatePem: string
  pinPad?: boolean
  pinLocked?: boolean
  pinFinalTry?: boolean
  alwaysAuthenticate?: boolean
  /** Of its one token. */
  serial?: string
  /** A token that is not plugged in. */
  absent?: boolean
  /** Every call is added there: process id and verb. */
  log: string
}

let script = ''
let isUnlocked = false

process.on('message', (request: HostRequest | Withdrawal) => {
  // It answers everything, as a host does that had begun.
  if ('withdrawn' in request) return
  if (request.verb === 'load') script = (request.input as KeyPlace).path
  const driver = JSON.parse(readFileSync(script, 'utf8')) as FakeDriverScript
  if (request.verb !== 'look') appendFileSync(driver.log, `${process.pid} ${request.verb}\n`)
  answer(request, driver, driver[request.verb] ?? 'well')
})
process.on('disconnect', () => process.exit())

function answer(request: HostRequest, driver: FakeDriverScript, behaviour: Behaviour): void {
  if (behaviour === 'crash') process.kill(process.pid, 'SIGSEGV')
  // As a native call does: not even a timer runs any more.
  if (behaviour === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  if (typeof behaviour === 'object') send({ id: request.id, refusal: behaviour, cause: 'as the script says' })
  else if (behaviour !== 'crash') send({ id: request.id, output: output(request, driver, behaviour) })
}

function send(message: HostMessage): void {
  process.send?.(message)
}

/** Tells every change of `absent` in the script; the first look has nothing before it. */
function look({ absent }: FakeDriverScript): Look {
  const before = lastLook
  lastLook = { absent }
  if (before === undefined || before.absent === absent) return 'same'
  return absent === true && isUnlocked ? 'gone' : 'changed'
}

let lastLook: { absent: boolean | undefined } | undefined

function output({ verb, input }: HostRequest, driver: FakeDriverScript, behaviour: 'well' | 'lie' | 'hang'): unknown {
  if (verb === 'list') return listing(driver)
  if (verb === 'look') return look(driver)
  if (verb === 'login') isUnlocked = true
  if (verb === 'login') return { scheme: (input as HostRequest<'login'>['input']).scheme, alwaysAuthenticate: driver.alwaysAuthenticate === true }
  if (verb !== 'sign') return undefined
  const { digest } = input as HostRequest<'sign'>['input']
  const signed = behaviour === 'lie' ? createHash('sha256').update(digestInfo(digest)).digest() : digest
  return new Uint8Array(signPkcs1(createPrivateKey(driver.keyPem), signed))
}

function listing({ certificatePem, serial = 'f0a1', absent = false, pinPad = false, pinLocked = false, pinFinalTry = false }: FakeDriverScript): HostListing {
  const certificate = new X509Certificate(certificatePem)
  const key = {
    certificateSha256: createHash('sha256').update(certificate.raw).digest('hex'),
    certificate: new Uint8Array(certificate.raw),
    chain: [],
    tokenSerial: serial,
    tokenLabel: 'Fake token',
    kind: 'token' as const,
    algorithm: 'rsa' as const,
    pinPad,
    pinLocked,
    pinFinalTry,
  }
  return { keys: absent ? [] : [key], problems: absent ? [] : [refusal('token-failed', { token: 'another slot', returnValue: 'CKR_GENERAL_ERROR' })] }
}
