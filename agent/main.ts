import { Journal } from './journal/journal.ts'
import { lockHome } from './journal/lock-home.ts'
import { redactCause } from './journal/redact.ts'
import { limits as sharedLimits, type Limits } from '../shared/protocol/limits.ts'
import { confirmPairing } from './server/confirm-pairing.ts'
import { clearTickets, takeTicket } from './native-host/tickets.ts'
import { removeDoorFile, writeDoorFile } from './native-host/door-file.ts'
import { Door } from './server/door.ts'
import { watchOrders } from './server/orders.ts'
import { PairingDesk, type ConfirmPairing } from './server/pair.ts'
import { Pairings } from './server/pairings.ts'
import type { Peers } from './server/peer.ts'
import { RoleAnswers } from './session/role-answers.ts'
import { keepAwake } from './session/keep-awake.ts'
import { removeExpired } from './session/remove-expired.ts'
import { ImageStore } from './session/image-store.ts'
import { PlaceMemory } from './session/place-memory.ts'
import { Session } from './session/session.ts'
import { Spool } from './session/spool.ts'
import { homeFolder, openHome } from './settings/home.ts'
import { readSettings, SettingsError } from './settings/read-settings.ts'
import type { Settings, SettingsLayer } from './settings/settings.ts'
import { createEvidenceWorkers } from './signing/evidence-workers.ts'
import type { EvidenceWorkers, RaiseJob } from './signing/raise-document.ts'
import { createDocumentWorkers } from './signing/document-workers.ts'
import type { DocumentWorkers } from './signing/sign-document.ts'
import { createAskServer } from './trust/ask-server.ts'
import { certificatesIn } from './trust/certificate-files.ts'
import { findModules } from './token/catalogue/find-drivers.ts'
import { createFoundKeySource, mustSearch } from './token/found-keys.ts'
import type { KeySource } from './token/key-source.ts'
import { createKeySource } from './token/sources.ts'

export interface AgentOptions {
  home?: string
  /** What the command line asks for, over the settings files and under the office's policy. */
  settings?: SettingsLayer
  /** Where the files of the machine lie; the system's own place unless a test names another. */
  machineFolder?: string
  limits?: Limits
  /** Parts that a test brings itself. */
  keys?: KeySource
  workers?: DocumentWorkers
  evidence?: EvidenceWorkers
  /** How long one time stamp is waited for. */
  patience?: RaiseJob['patience']
  confirm?: ConfirmPairing
  stayAwake?: typeof keepAwake
  peers?: Peers
}

export interface Agent {
  port: number
  pairings: Pairings
  /** Ends the connections of a pairing and forgets it. */
  revoke(pairingId: string): boolean
  close(): Promise<void>
}

const sweepMs = 24 * 3_600_000

/**
 * Builds the parts and joins them. @throws AgentRunningError, SettingsError, PortsTakenError, RefusalError where
 * the folder cannot be written
 */
export async function startAgent(options: AgentOptions = {}): Promise<Agent> {
  const home = options.home ?? homeFolder()
  openHome(home)
  const lock = lockHome(home)
  try {
    return await joinParts(home, lock, options)
  } catch (cause) {
    lock.release()
    throw cause
  }
}

async function joinParts(home: string, lock: { release(): void }, options: AgentOptions): Promise<Agent> {
  const { settings } = readSettings({ home, machineFolder: options.machineFolder, command: options.settings })
  // A layer that says nothing of a limit has no such key at all.
  const limits = { ...(options.limits ?? sharedLimits), ...settings.limits } as Limits
  const journal = new Journal(home)
  const report = (thrown: unknown) => reportTo(journal, thrown)
  const keys = options.keys ?? keySourceOf(settings, home)
  const workers = options.workers ?? createDocumentWorkers()
  const evidence = options.evidence ?? createEvidenceWorkers({ askServer: createAskServer({ hosts: askedHosts(settings) }) })
  const trust = { roots: rootsOf(settings), intermediates: [] }
  const { patience } = options
  const stayAwake = () => (options.stayAwake ?? keepAwake)((reason) => noteSleep(journal, reason))
  const spool = new Spool(home, limits)
  const kept = { home, roles: new RoleAnswers(home), images: new ImageStore(home), memory: new PlaceMemory(home) }
  const session = await Session.open({ keys, workers, evidence, trust, ...(patience ? { patience } : {}), spool, settings, limits, journal, ...kept, stayAwake, report })
  const pairings = new Pairings(home, limits.pairingMs)
  const confirm = options.confirm ?? confirmPairing(settings, limits)
  const desk = new PairingDesk({ pairings, confirm, takeTicket: (ticketId) => takeTicket(home, ticketId), journal, limits })
  const revoke = (pairingId: string): boolean => {
    const wasKnown = pairings.revoke(pairingId)
    if (wasKnown) journal.write({ events: [{ what: 'pairing-revoked', facts: { pairingId } }] })
    door.disconnect(pairingId)
    return wasKnown
  }
  clearTickets(home)
  const door = await Door.open({
    ports: settings.ports,
    extensionIds: settings.extensionIds,
    limits,
    pairings,
    desk,
    revoke,
    peers: options.peers,
    converse: (pairingId, link) => session.converse(pairingId, link),
    report,
  })
  removeExpired(session.parts, Date.now())
  const sweep = setInterval(() => removeExpired(session.parts, Date.now()), sweepMs)
  journal.write({ events: [{ what: 'started', facts: { port: door.port } }] })
  const unwatchOrders = watchOrders(home, (order) => (order.order === 'revoke' ? void revoke(order.pairingId) : desk.reopen()), report)
  writeDoorFile(home, { port: door.port, pid: process.pid })
  const closeAll = async () => {
    removeDoorFile(home)
    unwatchOrders()
    clearInterval(sweep)
    await session.close()
    await door.close()
    await keys.close()
    await Promise.all([workers.close(), evidence.close()])
    journal.close()
    lock.release()
  }
  let closing: Promise<void> | undefined
  return {
    port: door.port,
    pairings,
    revoke,
    close: () => (closing ??= closeAll()),
  }
}

/** A PC that may fall asleep signs all the same. Never throws: the journal may be closed by now. */
function noteSleep(journal: Journal, reason: string): void {
  try {
    journal.write({ events: [{ what: 'sleep-not-held', facts: { reason } }] })
  } catch (failure) {
    process.stderr.write(`antin: sleep is not held off: ${reason} (not in the journal: ${redactCause(failure)})\n`)
  }
}

/** Never throws: where not even the journal can be written, the line goes to whoever started the agent. */
function reportTo(journal: Journal, thrown: unknown): void {
  const cause = redactCause(thrown)
  try {
    journal.write({ events: [{ what: 'failed', facts: { cause } }] })
  } catch (failure) {
    process.stderr.write(`antin: ${cause} (not in the journal: ${redactCause(failure)})\n`)
  }
}

/** The servers of authorities that this agent asks, and no others. */
function askedHosts({ evidenceHosts, timeStamp }: Settings): string[] {
  return timeStamp === undefined ? evidenceHosts : [...evidenceHosts, new URL(timeStamp.url).host]
}

/** @throws SettingsError where they cannot be read: to go on without roots would ask no authority before a signature */
function rootsOf({ rootsFolder }: Settings): Uint8Array[] {
  if (rootsFolder === undefined) return []
  try {
    return certificatesIn(rootsFolder)
  } catch (cause) {
    throw new SettingsError(rootsFolder, `its root certificates cannot be read (setting rootsFolder): ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

function keySourceOf(settings: Settings, home: string): KeySource {
  const { pkcs11Modules, keyFiles, pinentry, deadlines } = settings
  const open = (modules: string[]) => createKeySource({ home, modules, keyFiles, pinentry, deadlines })
  return mustSearch(settings) ? createFoundKeySource(open, findModules) : open(pkcs11Modules)
}
