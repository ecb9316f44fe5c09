import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import * as v from 'valibot'
import { sha256, uuid } from '../../shared/protocol/fields.ts'

/** The head of the chain at a moment, kept outside the database: what was before it cannot be rewritten unseen. */
export const Anchor = v.strictObject({
  at: v.string(),
  eventId: v.pipe(v.number(), v.integer(), v.minValue(0)),
  hash: sha256,
  /** The batch whose end it was taken at. */
  batchId: v.optional(uuid),
  /** The time that `timeStamp` states, for whoever only reads: what proves it is the token. */
  stampedAt: v.optional(v.string()),
  /** RFC 3161 token whose imprint is `hash`; DER in base64. Such a line comes behind the plain one, when the authority has answered. */
  timeStamp: v.optional(v.pipe(v.string(), v.base64(), v.maxLength(400_000))),
})
export type Anchor = v.InferOutput<typeof Anchor>

export function anchorsFile(home: string): string {
  return path.join(home, 'anchors.jsonl')
}

/** On the disk when it returns. */
export function appendAnchor(home: string, anchor: Anchor): void {
  const file = openSync(anchorsFile(home), 'a', 0o600)
  try {
    writeSync(file, `${JSON.stringify(anchor)}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Oldest first. A line that is no anchor (the power went while it was written, or somebody was at it) is counted. */
export function readAnchors(home: string): { anchors: Anchor[]; unreadable: number } {
  const lines = readText(anchorsFile(home)).split('\n').filter((line) => line !== '')
  const anchors = lines.flatMap((line) => parseAnchor(line) ?? [])
  return { anchors, unreadable: lines.length - anchors.length }
}

function parseAnchor(line: string): Anchor | undefined {
  try {
    return v.parse(Anchor, JSON.parse(line))
  } catch {
    return undefined
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw cause
  }
}
