import { findLandmarks, type Landmarks } from './find-landmarks.ts'
import type { TextPages } from './text-pages.ts'

const noLandmarks: Landmarks = { head: undefined, block: undefined, lastWords: undefined, pages: [], confidence: 0, doubt: 'no-text' }

/** Text is a help: where pdf.js cannot read a document, or is not to, nothing is found in it. */
export async function readLandmarks(openTextPages: ((path: string) => Promise<TextPages>) | undefined, path: string): Promise<Landmarks> {
  if (!openTextPages) return noLandmarks
  let pages: TextPages | undefined
  try {
    pages = await openTextPages(path)
    return await findLandmarks(pages)
  } catch {
    // What is damaged for pdf.js may still be signed: our own reader decides that.
    return noLandmarks
  } finally {
    await pages?.close()
  }
}
