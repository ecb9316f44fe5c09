import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { ReceiptView } from '../../shared/protocol/receipt.ts'
import type { Language } from '../../shared/text/errors.ts'
import { journalTexts } from '../../shared/text/journal.ts'
import type { Anchor } from '../journal/anchors.ts'
import { auditEntries, type AuditEntry, type AuditFilter } from '../journal/audit-entries.ts'
import { NoJournalError, readJournal } from '../journal/read-journal.ts'
import { allAnchors, verifyJournal, type JournalVerdict } from '../journal/verify-journal.ts'
import { homeFolder } from '../settings/home.ts'
import { readSettings } from '../settings/read-settings.ts'
import { certificatesIn, readCertificates } from '../trust/certificate-files.ts'
import { judgeAnchors, type StampVerdict } from './judge-anchors.ts'

export const usage = `Usage: antin journal verify | export [options]

verify says whether the journal is as it was written: whether each event fits the one before it, and the anchors
that were taken at the end of each batch. An edit is visible; a rewrite of everything is visible from the last anchor.
Where an authority has stamped an anchor, what is before it existed at the time that it states.

  --receipt FILE                 compare with this receipt of a batch as well; may be repeated
  --root FILE                    trust these root certificates for time stamps, beside those of the settings; may be repeated
  --language vi|en               default: what the settings say
  --json                         print the verdict as JSON

export prints one line for each document: who, when, site, name, digests before and after, certificate, result.

  --from YYYY-MM-DD              what last happened on this day or later
  --to YYYY-MM-DD                … on this day or before
  --site SITE                    an origin (https://qlvb.example.vn) or a host
  --format csv|json              default: csv
  --out FILE                     write here, readable by this user alone, instead of printing

both:
  --home DIR                     the agent's folder (default: ANTIN_HOME, else the state folder of this user)

Exit code: 0 it fits, 1 it does not fit, 64 wrong use, 66 there is no journal.
`

class UsageError extends Error {}

export function run([verb = '', ...words]: string[]): Promise<number> {
  try {
    if (verb === 'verify') return Promise.resolve(verify(words))
    if (verb === 'export') return Promise.resolve(exportEntries(words))
    throw new UsageError(`antin journal takes verify or export, not "${verb}"`)
  } catch (thrown) {
    return Promise.resolve(fail(thrown))
  }
}

function verify(words: string[]): number {
  const values = parsed(words, {
    receipt: { type: 'string', multiple: true, default: [] as string[] },
    root: { type: 'string', multiple: true, default: [] as string[] },
    home: { type: 'string' },
    language: { type: 'string' },
    json: { type: 'boolean', default: false },
  })
  const home = values.home ?? homeFolder()
  const language = languageOf(values.language, home)
  const receipts = values.receipt.map(readReceipt)
  const verdict = verifyJournal(home, receipts)
  const { roots, unreadableRoots } = rootsFrom(home, values.root)
  const stamps = { ...judgeAnchors(allAnchors(home, receipts), roots, verdict), unreadableRoots }
  const fits = !verdict.misfit && stamps.forged.length === 0
  process.stdout.write(values.json ? `${JSON.stringify({ fits, ...verdict, ...stamps })}\n` : verdictText(verdict, stamps, language))
  return fits ? 0 : 1
}

interface Roots {
  roots: Uint8Array[]
  /** Why those of the settings could not be read: the chain is judged all the same. */
  unreadableRoots: string | undefined
}

function rootsFrom(home: string, files: readonly string[]): Roots {
  const named = files.flatMap(readRoots)
  const { rootsFolder } = readSettings({ home }).settings
  try {
    return { roots: [...(rootsFolder === undefined ? [] : certificatesIn(rootsFolder)), ...named], unreadableRoots: undefined }
  } catch (cause) {
    return { roots: named, unreadableRoots: cause instanceof Error ? cause.message : String(cause) }
  }
}

function readRoots(file: string): Uint8Array[] {
  try {
    return readCertificates(file)
  } catch (cause) {
    throw new UsageError(`${file} cannot be read as root certificates`, { cause })
  }
}

function exportEntries(words: string[]): number {
  const values = parsed(words, {
    from: { type: 'string' },
    to: { type: 'string' },
    site: { type: 'string' },
    format: { type: 'string', default: 'csv' },
    out: { type: 'string' },
    home: { type: 'string' },
  })
  const { format } = values
  if (format !== 'csv' && format !== 'json') throw new UsageError(`--format takes csv or json, not "${format}"`)
  const filter: AuditFilter = {
    from: values.from === undefined ? undefined : startOfDay('--from', values.from, 0),
    to: values.to === undefined ? undefined : startOfDay('--to', values.to, 1),
    site: values.site,
  }
  const reader = readJournal(values.home ?? homeFolder())
  try {
    const entries = auditEntries(reader.events(), filter)
    const text = format === 'csv' ? csv(entries) : `${JSON.stringify(entries, undefined, 2)}\n`
    if (values.out === undefined) process.stdout.write(text)
    else writeFileSync(values.out, text, { mode: 0o600 })
    return 0
  } finally {
    reader.close()
  }
}

function verdictText({ events, misfit, anchoredSince, lastAnchor, unanchored, unreadableAnchors }: JournalVerdict, stamps: StampVerdict & Pick<Roots, 'unreadableRoots'>, language: Language): string {
  const { stampedSince, lastStamp, forged, unproven, unreadableRoots } = stamps
  const say = journalTexts[language]
  const moment = (iso: string): string => new Date(iso).toLocaleString(language === 'vi' ? 'vi-VN' : 'en-GB', { dateStyle: 'short', timeStyle: 'short' })
  const lines = [
    ...(misfit === undefined ? [say.fits(events)] : []),
    ...(misfit?.reason === 'rewritten' ? [say.rewritten(misfit.eventId, moment(misfit.anchor?.at ?? ''))] : []),
    ...(misfit?.reason === 'changed' || misfit?.reason === 'missing' ? [say[misfit.reason](misfit.eventId)] : []),
    lastAnchor === undefined ? say.neverAnchored : say.anchored(moment(anchoredSince ?? lastAnchor.at), moment(lastAnchor.at), lastAnchor.eventId),
    ...(stampedSince !== undefined && lastStamp !== undefined ? [say.stamped(moment(stampedSince), moment(lastStamp.at), lastStamp.eventId)] : []),
    ...forged.map(({ eventId }) => say.stampForged(eventId)),
    ...(unproven.length > 0 ? [say.stampsUnproven(unproven.length)] : []),
    ...(unreadableRoots === undefined ? [] : [say.rootsUnreadable(unreadableRoots)]),
    ...(unanchored > 0 ? [say.unanchored(unanchored)] : []),
    ...(unreadableAnchors > 0 ? [say.unreadableAnchors(unreadableAnchors)] : []),
  ]
  return `${lines.join('\n')}\n`
}

/** The page that the extension saves, or the JSON in it alone. */
function readReceipt(file: string): Anchor {
  try {
    const text = readFileSync(file, 'utf8')
    const json = /<script type="application\/json" id="antin-receipt">(.*)<\/script>/.exec(text)?.[1] ?? text
    return v.parse(ReceiptView, JSON.parse(json)).anchor
  } catch (cause) {
    throw new UsageError(`${file} is not a receipt`, { cause })
  }
}

/** Midnight of this PC's own time, so many days later. */
function startOfDay(option: string, text: string, later: number): string {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)?.map(Number) ?? []
  const date = year === undefined || month === undefined || day === undefined ? undefined : new Date(year, month - 1, day)
  if (date?.getMonth() !== (month ?? 0) - 1) throw new UsageError(`${option} takes a day like 2026-03-31, not "${text}"`)
  date.setDate(date.getDate() + later)
  return date.toISOString()
}

const columns: readonly (keyof AuditEntry)[] = [
  ...(['at', 'osUser', 'site', 'profile', 'name', 'before', 'after', 'certificateSerial', 'holder'] as const),
  ...(['signedAt', 'stampedAt', 'deliveredAt', 'confirmedBy', 'result', 'code', 'batchId', 'documentId'] as const),
]

/** RFC 4180. The mark at the beginning tells spreadsheets that it is UTF-8. */
function csv(entries: readonly AuditEntry[]): string {
  const lines = [columns, ...entries.map((entry) => columns.map((column) => entry[column]))]
  return `\uFEFF${lines.map((cells) => `${cells.map(cell).join(',')}\r\n`).join('')}`
}

/** A name from a page must not become a formula in a spreadsheet. */
function cell(value: string): string {
  const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}

function parsed<const Options extends NonNullable<Parameters<typeof parseArgs>[0]>['options'] & object>(args: string[], options: Options) {
  try {
    return parseArgs({ args, options }).values
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

function languageOf(asked: string | undefined, home: string): Language {
  if (asked === undefined) return readSettings({ home }).settings.language
  if (asked !== 'vi' && asked !== 'en') throw new UsageError(`--language takes vi or en, not "${asked}"`)
  return asked
}

function fail(thrown: unknown): number {
  process.stderr.write(`antin: ${thrown instanceof Error ? thrown.message : String(thrown)}\n${thrown instanceof UsageError ? `\n${usage}` : ''}`)
  if (thrown instanceof UsageError) return 64
  return thrown instanceof NoJournalError ? 66 : 70
}
