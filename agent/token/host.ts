import { setImmediate as channelRead } from 'node:timers/promises'
import { refusal, refusalOf, refuse } from '../../shared/errors.ts'
import { askClerk } from './ask-clerk.ts'
import type { Driver } from './driver.ts'
import { leaveNoMemoryInCores } from './forget-core.ts'
import type { HostCalls, HostMessage, HostRequest, HostVerb, KeyPlace, Withdrawal } from './host-calls.ts'

/**
 * The program of a key host: the only process that loads a driver or opens a key file, and the only one that ever
 * holds a PIN. It speaks over the IPC channel alone, since drivers write to standard output as they like.
 */
leaveNoMemoryInCores()

let driver: Driver | undefined
let pin: string | undefined
/** Calls that were handed over and not begun. */
const line: HostRequest[] = []
let isWorking = false
/** The last signature that came to nothing. */
let refusedId: number | undefined
const windows = new AbortController()

const verbs: { [Verb in HostVerb]: (input: HostCalls[Verb]['input']) => HostCalls[Verb]['output'] | Promise<HostCalls[Verb]['output']> } = {
  load: async (place) => {
    driver = await openDriver(place)
  },
  list: () => loaded().list(),
  slots: () => loaded().slots(),
  ask: async (question) => {
    const onWindow = (windowPid: number | undefined): void => send({ windowPid })
    pin = await askClerk(question, { signal: windows.signal, onWindow })
  },
  login: ({ key, scheme }) => {
    const typed = pin
    pin = undefined
    return loaded().login(key, typed, scheme)
  },
  sign: ({ digest }) => loaded().sign(digest),
  look: () => loaded().look(),
  close: () => {
    windows.abort()
    line.length = 0
    driver?.close()
    driver = undefined
  },
}

process.on('message', (message: HostRequest | Withdrawal) => {
  if ('withdrawn' in message) withdraw(message.withdrawn)
  // While the clerk types, the driver may answer others; and an end waits for nothing.
  else if (message.verb === 'ask' || message.verb === 'close') void answer(message)
  else void workOff(message)
})
// The agent is gone: its window and its login must not outlive it.
process.on('disconnect', () => {
  void verbs.close(undefined)
  process.exit()
})

/**
 * One call of the driver after the other. Before each the channel is read: the driver holds up everything while it works,
 * and what was withdrawn meanwhile must not be begun.
 */
async function workOff(request: HostRequest): Promise<void> {
  line.push(request)
  if (isWorking) return
  isWorking = true
  while (line.length > 0) {
    await channelRead()
    const next = line.shift()
    if (next !== undefined) await answer(next)
  }
  isWorking = false
}

function withdraw(withdrawn: number): void {
  const index = line.findIndex(({ id }) => id === withdrawn)
  if (index === -1) return
  line.splice(index, 1)
  send({ id: withdrawn, refusal: refusal('cancelled'), cause: 'withdrawn' })
}

async function answer<Verb extends HostVerb>({ id, verb, input, behind }: HostRequest<Verb>): Promise<void> {
  try {
    // The agent had not heard yet that the one before it fails: it would not have asked.
    if (behind !== undefined && behind === refusedId) refuse('cancelled')
    send({ id, output: await verbs[verb](input) })
  } catch (thrown) {
    if (verb === 'sign') refusedId = id
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
