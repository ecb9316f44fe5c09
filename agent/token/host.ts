import { refusalOf, refuse } from '../../shared/errors.ts'
import { askPin, confirm, type ConfirmAnswer, type PinAnswer } from '../window/pinentry.ts'
import type { Driver } from './driver.ts'
import type { HostCalls, HostMessage, HostRequest, HostVerb, KeyPlace, PinQuestion } from './host-calls.ts'

/**
 * The program of a key host: the only process that loads a driver or opens a key file, and the only one that ever
 * holds a PIN. It speaks over the IPC channel alone, since drivers write to standard output as they like.
 */
let driver: Driver | undefined
let pin: string | undefined
const windows = new AbortController()

const verbs: { [Verb in HostVerb]: (input: HostCalls[Verb]['input']) => HostCalls[Verb]['output'] | Promise<HostCalls[Verb]['output']> } = {
  load: async (place) => {
    driver = await openDriver(place)
  },
  list: () => loaded().list(),
  ask: async (question) => {
    pin = await askClerk(question)
  },
  login: (key) => {
    const typed = pin
    pin = undefined
    loaded().login(key, typed)
  },
  sign: ({ digestSha256 }) => loaded().sign(digestSha256),
  close: () => {
    windows.abort()
    driver?.close()
    driver = undefined
  },
}

process.on('message', (request: HostRequest) => void answer(request))
// The agent is gone: its window and its login must not outlive it.
process.on('disconnect', () => {
  void verbs.close(undefined)
  process.exit()
})

async function answer<Verb extends HostVerb>({ id, verb, input }: HostRequest<Verb>): Promise<void> {
  try {
    send({ id, output: await verbs[verb](input) })
  } catch (thrown) {
    send({ id, refusal: refusalOf(thrown), cause: causeOf(thrown) })
  }
}

function send(message: HostMessage): void {
  // The agent may have gone while a driver worked; there is nobody to tell then.
  process.send?.(message, undefined, {}, () => undefined)
}

function causeOf(thrown: unknown): string {
  const lines: string[] = []
  for (let error = thrown; error instanceof Error; error = error.cause) lines.push(`${error.name}: ${error.message}`)
  return lines.join(' < ')
}

function loaded(): Driver {
  if (driver === undefined) throw new Error('the host was asked before it was loaded')
  return driver
}

async function openDriver({ kind, path }: KeyPlace): Promise<Driver> {
  switch (kind) {
    case 'pkcs11':
      return (await import('./pkcs11-driver.ts')).openPkcs11Module(path)
    case 'pkcs12':
      return (await import('./pkcs12-file.ts')).openKeyFile(path)
  }
}

/** @returns the PIN; undefined where the clerk only agreed, and types it on the token's own keys */
async function askClerk({ prompt, pinentry, pinPad, deadlineMs }: PinQuestion): Promise<string | undefined> {
  const onOpen = (windowPid: number): void => send({ windowPid })
  const options = { pinentry, deadlineMs, signal: windows.signal, onOpen }
  const answer: PinAnswer | ConfirmAnswer = pinPad ? await confirm(prompt, options) : await askPin(prompt, options)
  send({ windowPid: undefined })
  switch (answer.outcome) {
    case 'pin':
      return answer.pin
    case 'confirmed':
      return undefined
    case 'refused':
    case 'cancelled':
      return refuse('pin-cancelled')
    case 'expired':
      return refuse('consent-expired')
    case 'unavailable':
      return refuse('pin-window-missing', undefined, new Error(answer.reason))
  }
}
