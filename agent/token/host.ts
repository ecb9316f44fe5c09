import { refusalOf } from '../../shared/errors.ts'
import { askClerk } from './ask-clerk.ts'
import type { Driver } from './driver.ts'
import { leaveNoMemoryInCores } from './forget-core.ts'
import type { HostCalls, HostMessage, HostRequest, HostVerb, KeyPlace } from './host-calls.ts'

/**
 * The program of a key host: the only process that loads a driver or opens a key file, and the only one that ever
 * holds a PIN. It speaks over the IPC channel alone, since drivers write to standard output as they like.
 */
leaveNoMemoryInCores()

let driver: Driver | undefined
let pin: string | undefined
let watching: NodeJS.Timeout | undefined
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
  watch: ({ everyMs }) => {
    clearInterval(watching)
    if (everyMs === 0) return
    // The agent lists after this call: whatever comes or goes from here on is news.
    look()
    watching = setInterval(look, everyMs)
  },
  close: () => {
    windows.abort()
    clearInterval(watching)
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

function look(): void {
  const seen = loaded().look()
  if (seen !== 'same') send({ plugged: seen })
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
