import { readHeading, type Heading } from './read-heading.ts'
import type { Secrecy } from '../../shared/protocol/sign.ts'
import { findLandmarks, type Landmarks } from './placement/find-landmarks.ts'
import { findSecrecy } from './placement/find-secrecy.ts'
import { loadTextPages, type TextPages } from './placement/text-pages.ts'

export interface ReadText extends Heading {
  /** The first page holds text that can be read. */
  hasText: boolean
  /** A signing block was found, and it is sure. */
  hasBlock: boolean
  /** Behind a number that is blank in the text: a stamp that filled it is not read. */
  symbol?: string
  secrecy?: Secrecy
}

/** Loads pdf.js: apart from the reading, so that its time is not counted as the document's. */
export async function loadTextReader(): Promise<(path: string) => Promise<{ text: ReadText; landmarks: Landmarks }>> {
  const openTextPages = await loadTextPages()
  return async (path) => readText(await openTextPages(path))
}

/** Number and subject from the content of page 1; whether there is a place to sign, from the pages up to it. */
async function readText(pages: TextPages): Promise<{ text: ReadText; landmarks: Landmarks }> {
  try {
    const { runs } = await pages.page(0)
    const hasText = runs.some(({ text }) => text.trim() !== '')
    const landmarks = await findLandmarks(pages)
    const [first] = landmarks.pages
    const secrecy = first && findSecrecy(first.rows, first)
    const heading = readHeading(runs)
    const symbol = heading.number === '' ? landmarks.head?.number?.symbol : undefined
    const text = { ...heading, ...(symbol ? { symbol } : {}), hasText, hasBlock: landmarks.doubt === undefined, ...(secrecy ? { secrecy } : {}) }
    return { text, landmarks }
  } finally {
    await pages.close()
  }
}
