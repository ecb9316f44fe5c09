import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { sureFrom } from '../../shared/protocol/limits.ts'
import type { PlacedMark } from '../../shared/protocol/marks.ts'
import type { DocumentFacts } from '../../shared/protocol/sign.ts'
import { writeDurably } from '../settings/write-durably.ts'
import type { ActPlan } from '../signing/acts/act.ts'

/** How far the clerk moved a mark from where it was proposed, and how much larger it was made. */
type Offset = [dx: number, dy: number, widths: number, heights: number]

const unmoved = '0 0 1 1'

/** Templates that are remembered; those that were used longest ago go first. */
const mostTemplates = 500

/**
 * Where the clerk puts marks on documents of one template: the same agency's head and the same title over the signature. Names of
 * neither are kept, only a digest of them.
 */
export class PlaceMemory {
  readonly #file: string
  readonly #offsets: Map<string, Record<string, Offset>>

  constructor(home: string) {
    this.#file = path.join(home, 'places.json')
    this.#offsets = read(this.#file)
  }

  /** The marks of a plan, moved as on the last document of the template. A place that is not sure is left to the clerk's eyes. */
  apply(template: string, marks: readonly PlacedMark[], { pageSizes = [] }: Pick<DocumentFacts, 'pageSizes'>): PlacedMark[] {
    const offsets = this.#offsets.get(template) ?? {}
    return marks.map((placed) => {
      const offset = offsets[placed.mark]
      const size = pageSizes.findLast(({ from }) => from <= placed.page)
      if (offset === undefined || size === undefined || placed.confidence < sureFrom) return placed
      const [dx, dy, widths, heights] = offset
      const { page, x, y, width, height } = placed
      const wide = Math.min(rounded(width * widths), size.width)
      const high = Math.min(rounded(height * heights), size.height)
      const moved = { x: within(x + dx, size.width - wide), y: within(y + dy, size.height - high), width: wide, height: high }
      return { ...placed, ...moved, by: 'memory', proposed: { page, x, y, width, height } }
    })
  }

  /** The clerk agreed to these marks: what was moved is remembered, what was put back is forgotten. */
  learn(template: string, marks: readonly PlacedMark[]): void {
    const before = this.#offsets.get(template) ?? {}
    const byClerk = marks.filter(({ by, proposed, page }) => by === 'clerk' && proposed?.page === page)
    const after: Record<string, Offset> = { ...before }
    for (const { mark, proposed, x, y, width, height } of byClerk) {
      if (proposed) after[mark] = [x - proposed.x, y - proposed.y, width / proposed.width, height / proposed.height]
    }
    const moved = Object.entries(after).filter(([, offset]) => offset.join(' ') !== unmoved)
    if (JSON.stringify(Object.fromEntries(moved)) === JSON.stringify(before)) return
    this.#offsets.delete(template)
    if (moved.length > 0) this.#offsets.set(template, Object.fromEntries(moved))
    for (const oldest of [...this.#offsets.keys()].slice(0, Math.max(0, this.#offsets.size - mostTemplates))) this.#offsets.delete(oldest)
    writeDurably(this.#file, `${JSON.stringify(Object.fromEntries(this.#offsets))}\n`)
  }
}

/** What tells one template from another, as a digest. */
export function templateOf(profile: string, { read: { agency, block } }: Pick<ActPlan, 'read'>): string {
  return createHash('sha256').update(JSON.stringify([profile, agency, block?.title ?? []])).digest('hex')
}

function within(value: number, most: number): number {
  return rounded(Math.min(Math.max(value, 0), Math.max(most, 0)))
}

/** Hundredths of a point, as everything that both sides hash. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100
}

/** A file that is missing or damaged remembers nothing. */
function read(file: string): Map<string, Record<string, Offset>> {
  try {
    const entries = Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, number[]>>)
    const sound = entries.filter(([, offsets]) => Object.values(offsets).every((offset) => offset.length === 4 && offset.every(Number.isFinite)))
    return new Map(sound as [string, Record<string, Offset>][])
  } catch {
    return new Map()
  }
}
