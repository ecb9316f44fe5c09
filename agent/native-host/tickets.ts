import { randomBytes, randomUUID } from 'node:crypto'
import { chmodSync, closeSync, constants, fstatSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as v from 'valibot'
import { ticketMs, type TicketFacts } from '../../shared/protocol/native.ts'
import { nonce } from '../../shared/protocol/fields.ts'

/**
 * Tickets lie in the user's own folder (0700, each file 0600): whoever can write there is this user already. The host makes one
 * for an extension that the browser has let in, the agent takes it once.
 */
const StoredTicket = v.strictObject({
  secret: nonce,
  /** Of the extension, where the browser tells it to the host: Chromium does, Firefox tells the extension's id instead. */
  origin: v.optional(v.pipe(v.string(), v.maxLength(300))),
  /** The program that started the host. */
  browserProgram: v.pipe(v.string(), v.maxLength(4_096)),
  /** Milliseconds since 1970. */
  madeAt: v.number(),
})
export type StoredTicket = v.InferOutput<typeof StoredTicket>

export function makeTicket(home: string, { origin, browserProgram }: Pick<StoredTicket, 'origin' | 'browserProgram'>): TicketFacts {
  const folder = openFolder(home)
  sweep(folder)
  const ticket = { ticketId: randomUUID(), secret: randomBytes(32).toString('hex') }
  const stored: StoredTicket = { secret: ticket.secret, browserProgram, madeAt: Date.now(), ...(origin === undefined ? {} : { origin }) }
  writeFileSync(fileOf(folder, ticket.ticketId), JSON.stringify(stored), { mode: 0o600, flag: 'wx' })
  return ticket
}

/**
 * Takes the ticket out of the folder: the second who names it finds nothing. Undefined where there is none, where it is older
 * than a minute or from the future, or where it could have been written by somebody else.
 */
export function takeTicket(home: string, ticketId: string): StoredTicket | undefined {
  const file = fileOf(path.join(home, folderName), ticketId)
  let ticket: StoredTicket
  try {
    ticket = v.parse(StoredTicket, JSON.parse(readOwn(file)))
  } catch {
    return undefined
  } finally {
    rmSync(file, { force: true })
  }
  const ageMs = Date.now() - ticket.madeAt
  return ageMs >= 0 && ageMs < ticketMs ? ticket : undefined
}

/** What an agent that starts finds was made for one that is gone. */
export function clearTickets(home: string): void {
  rmSync(path.join(home, folderName), { recursive: true, force: true })
}

const folderName = 'tickets'

function openFolder(home: string): string {
  const folder = path.join(home, folderName)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  return folder
}

/** @param ticketId a UUID, as the schema of the message says */
function fileOf(folder: string, ticketId: string): string {
  return path.join(folder, `${ticketId}.json`)
}

/** A file of this user that nobody else can have written, and no link to one elsewhere. */
function readOwn(file: string): string {
  const descriptor = openSync(file, process.platform === 'win32' ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const { uid, mode } = fstatSync(descriptor)
    if (process.getuid !== undefined && (uid !== process.getuid() || (mode & 0o077) !== 0)) throw new Error('not ours alone')
    return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
}

/** Tickets that nobody came for. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder)) {
    const ticketId = /^([0-9a-f-]{36})\.json$/.exec(name)?.[1]
    const file = path.join(folder, name)
    if (ticketId === undefined || isOld(file)) rmSync(file, { force: true })
  }
}

function isOld(file: string): boolean {
  try {
    const { madeAt } = v.parse(StoredTicket, JSON.parse(readOwn(file)))
    return Math.abs(Date.now() - madeAt) >= ticketMs
  } catch {
    return true
  }
}
