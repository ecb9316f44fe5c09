import { existsSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { RefusalError } from '../../../shared/errors.ts'
import { AgentRunningError, lockHome } from '../../journal/lock-home.ts'
import { agentVersion } from '../../settings/agent-version.ts'
import { catalogueVersion } from '../../token/catalogue/drivers.ts'
import { findPinentry } from '../../window/find-pinentry.ts'
import { finding, type Finding, type Patient } from './finding.ts'

export async function examineAgent(patient: Patient): Promise<Finding[]> {
  const { home } = patient
  const version = finding('agent', 'ok', 'agent-version', { version: agentVersion, catalogue: String(catalogueVersion), platform: `${process.platform} ${process.arch}` })
  if (!existsSync(home)) return [version, finding('agent', 'ok', 'home-absent', { home }), ...(await examineStopped(patient))]
  switch (stateOf(home)) {
    case 'unwritable':
      return [version, finding('agent', 'bad', 'home-unwritable', { home })]
    case 'running':
      return [version, finding('agent', 'ok', 'home-ready', { home }), await examineRunning(patient)]
    case 'free':
      return [version, finding('agent', 'ok', 'home-ready', { home }), ...(await examineStopped(patient))]
  }
}

export function examinePinWindow({ settings, environment }: Patient): Finding[] {
  try {
    const { program } = findPinentry({ setting: settings.pinentry, environment })
    return [finding('pin-window', 'ok', 'pin-window-found', { program })]
  } catch (cause) {
    if (!(cause instanceof RefusalError)) throw cause
    return [finding('pin-window', 'bad', 'pin-window-missing')]
  }
}

/** An agent holds the lock of its folder as long as it lives. */
function stateOf(home: string): 'running' | 'free' | 'unwritable' {
  try {
    lockHome(home).release()
    return 'free'
  } catch (cause) {
    if (cause instanceof AgentRunningError) return 'running'
    if (cause instanceof RefusalError || (cause as NodeJS.ErrnoException).code === 'ERR_SQLITE_ERROR') return 'unwritable'
    throw cause
  }
}

async function examineRunning({ settings: { ports } }: Patient): Promise<Finding> {
  const answering = await filterAsync(ports, isAnswered)
  if (answering.length === 0) return finding('agent', 'warn', 'agent-elsewhere', { ports: ports.join(', ') })
  return finding('agent', 'ok', 'agent-running', { ports: answering.join(', ') })
}

async function examineStopped({ settings: { ports } }: Patient): Promise<Finding[]> {
  const free = await filterAsync(ports, isFree)
  const stopped = finding('agent', 'warn', 'agent-stopped')
  if (free.length === 0) return [stopped, finding('agent', 'bad', 'ports-taken', { ports: ports.join(', ') })]
  return [stopped, finding('agent', 'ok', 'ports-free', { ports: free.join(', ') })]
}

function isAnswered(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

async function filterAsync<Item>(items: readonly Item[], isWanted: (item: Item) => Promise<boolean>): Promise<Item[]> {
  const wanted = await Promise.all(items.map(isWanted))
  return items.filter((_, index) => wanted[index])
}
