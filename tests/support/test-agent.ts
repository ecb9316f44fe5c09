import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { limits, type Limits } from '../../shared/protocol/limits.ts'
import { startAgent, type Agent, type AgentOptions } from '../../agent/main.ts'
import { Journal, type RecordedEvent } from '../../agent/journal/journal.ts'
import type { ConfirmPairing } from '../../agent/server/pair.ts'
import type { Peers } from '../../agent/server/peer.ts'
import type { SettingsLayer } from '../../agent/settings/settings.ts'
import { newDocument, type ClientDocument } from './agent-client.ts'
import { FakeKeys } from './fake-keys.ts'
import { FakeWorkers } from './fake-workers.ts'
import { tempFolder } from './temp-folder.ts'

export interface TestAgentOptions {
  home?: string
  keys?: FakeKeys
  workers?: FakeWorkers
  limits?: Partial<Limits>
  settings?: SettingsLayer
  confirm?: ConfirmPairing
  stayAwake?: AgentOptions['stayAwake']
  peers?: Peers
  /** How long one time stamp is waited for. */
  patience?: AgentOptions['patience']
  evidence?: AgentOptions['evidence']
}

export interface TestAgent extends Agent {
  home: string
  keys: FakeKeys
  workers: FakeWorkers
  certificateSha256: string
  /** Paths in the spool, relative to it. */
  spooled(): string[]
}

/** The real agent behind its real door, with a key and workers that a test can steer. Ends with the test. */
export async function startTestAgent(options: TestAgentOptions = {}): Promise<TestAgent> {
  const home = options.home ?? tempFolder()
  const keys = options.keys ?? new FakeKeys(tempFolder())
  const workers = options.workers ?? new FakeWorkers()
  const agent = await startAgent({
    home,
    machineFolder: path.join(home, 'no-machine-settings'),
    keys,
    workers,
    limits: { ...limits, ...options.limits },
    settings: { ports: [0], ...options.settings },
    confirm: options.confirm ?? (() => Promise.resolve(true)),
    stayAwake: options.stayAwake ?? (() => () => undefined),
    ...(options.patience === undefined ? {} : { patience: options.patience }),
    ...(options.evidence === undefined ? {} : { evidence: options.evidence }),
    ...(options.peers === undefined ? {} : { peers: options.peers }),
  })
  onTestFinished(() => agent.close())
  return { ...agent, home, keys, workers, certificateSha256: keys.info.certificateSha256, spooled: () => filesIn(path.join(home, 'spool')) }
}

export function makeDocuments(count: number, sizeBytes = 40): ClientDocument[] {
  return Array.from({ length: count }, (_, index) => {
    const text = `%PDF-1.7 document ${index} ${randomUUID()} `
    return newDocument(`${index + 1}. Quyết định số ${index + 1}.pdf`, Buffer.from(text.padEnd(sizeBytes, 'x')))
  })
}

/** What the journal of a closed agent says. */
export function journalOf(home: string): RecordedEvent[] {
  const journal = new Journal(home)
  try {
    return journal.events()
  } finally {
    journal.close()
  }
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort()
}
