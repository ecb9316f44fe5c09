import { headLandmarks, type HeadLandmarks } from './heading-landmarks.ts'
import { findSigningBlock, type SigningBlock } from './signing-block.ts'
import type { TextPages } from './text-pages.ts'
import { rowsOf, type TextRow } from './text-rows.ts'

/** What the text of a document shows of where things go. Pages count from 0, points from the left and the top. */
export interface Landmarks {
  head: HeadLandmarks | undefined
  block: (SigningBlock & { page: number }) | undefined
  /** The end of the last words before the block, `./.`: where the drafter's initials go. */
  lastWords: { page: number; right: number; baseline: number; size: number } | undefined
  /** Pages that were read: up to the first block. */
  pages: { width: number; height: number; rows: TextRow[] }[]
  /** 0 to 1, for the block. */
  confidence: number
  /** Why the block must not be relied on; undefined where it may. */
  doubt: Doubt | undefined
}

export type Doubt = 'no-text' | 'no-nation' | 'no-block' | 'block-unsure' | 'too-long'

/** Below it a place is a proposal, which a person has to agree to. */
export const sureFrom = 0.7

/** A document whose block comes late is given up: the clerk points at the place. */
const readingMs = 1_200
const endOfWords = /\.\s*\/\s*\.$/

/** Reads page by page and stops at the first block. */
export async function findLandmarks(document: TextPages): Promise<Landmarks> {
  const startedAt = performance.now()
  const pages: Landmarks['pages'] = []
  let lastWords: Landmarks['lastWords']
  for (let index = 0; index < document.count; index++) {
    if (performance.now() - startedAt > readingMs) return landmarks(pages, undefined, lastWords, 'too-long')
    const { width, height, runs } = await document.page(index)
    const rows = rowsOf(runs)
    pages.push({ width, height, rows })
    const block = findSigningBlock(rows, { width, height })
    lastWords = lastWordsOf(rows, index, block) ?? lastWords
    if (block) return landmarks(pages, { ...block, page: index }, lastWords, undefined)
  }
  return landmarks(pages, undefined, lastWords, undefined)
}

function landmarks(pages: Landmarks['pages'], block: Landmarks['block'], lastWords: Landmarks['lastWords'], tooLong: Doubt | undefined): Landmarks {
  const [first] = pages
  const head = first && headLandmarks(first.rows, first)
  const doubt = tooLong ?? doubtOf(pages, head, block)
  // A page whose own text is misread may still show something that looks like a block.
  const confidence = doubt === 'no-nation' ? Math.min(block?.confidence ?? 0, 0.4) : (block?.confidence ?? 0)
  return { head, block, lastWords, pages, confidence, doubt }
}

function doubtOf(pages: Landmarks['pages'], head: HeadLandmarks | undefined, block: Landmarks['block']): Doubt | undefined {
  if (!pages.some(({ rows }) => rows.length > 0)) return 'no-text'
  if (!head?.nation) return 'no-nation'
  if (!block) return 'no-block'
  return block.confidence < sureFrom ? 'block-unsure' : undefined
}

function lastWordsOf(rows: readonly TextRow[], page: number, block: SigningBlock | undefined): Landmarks['lastWords'] {
  const pieces = rows.flatMap((row) => row.pieces)
  const last = pieces.findLast(({ text, baseline }) => endOfWords.test(text) && (!block || baseline < block.titleBottom))
  return last && { page, right: last.right, baseline: last.baseline, size: last.size }
}
