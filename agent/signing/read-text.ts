import { readHeading, type Heading } from './read-heading.ts'
import { findLandmarks } from './placement/find-landmarks.ts'
import { loadTextPages, type TextPages } from './placement/text-pages.ts'

export interface ReadText extends Heading {
  /** The first page holds text that can be read. */
  hasText: boolean
  /** A signing block was found, and it is sure. */
  hasBlock: boolean
}

/** Loads pdf.js: apart from the reading, so that its time is not counted as the document's. */
export async function loadTextReader(): Promise<(path: string) => Promise<ReadText>> {
  const openTextPages = await loadTextPages()
  return async (path) => readText(await openTextPages(path))
}

/** Number and subject from the content of page 1; whether there is a place to sign, from the pages up to it. */
async function readText(pages: TextPages): Promise<ReadText> {
  try {
    const { runs } = await pages.page(0)
    const hasText = runs.some(({ text }) => text.trim() !== '')
    return { ...readHeading(runs), hasText, hasBlock: hasText && (await findLandmarks(pages)).doubt === undefined }
  } finally {
    await pages.close()
  }
}
