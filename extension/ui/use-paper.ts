import { useEffect, useState } from 'preact/hooks'
import { RefusalError, type Refusal } from '../../shared/errors.ts'
import type { PageSize, Paper, Papers } from './papers.ts'

export type PaperState =
  | { state: 'opening' }
  | { state: 'open'; paper: Paper; firstPage: PageSize }
  /** With the agent's reason; without one, the file cannot be drawn. */
  | { state: 'failed'; refusal?: Refusal }

/** Going through many documents with an arrow key opens only the one where it stops. */
const pauseMs = 60

/** The document opened, and closed again when another one is asked for. `version` changes when its bytes do. */
export function usePaper(papers: Papers, documentId: string, version: string): PaperState {
  const [shown, setShown] = useState<{ key: string; value: PaperState }>()
  const key = `${documentId} ${version}`
  useEffect(() => {
    const away = new AbortController()
    let paper: Paper | undefined
    const show = async (): Promise<void> => {
      try {
        paper = await papers.open(documentId, away.signal)
        if (away.signal.aborted) return paper.close()
        setShown({ key, value: { state: 'open', paper, firstPage: await paper.sizeOf(1) } })
      } catch (error) {
        if (!away.signal.aborted) setShown({ key, value: { state: 'failed', ...(error instanceof RefusalError ? { refusal: error.refusal } : {}) } })
      }
    }
    // The first one at once, the others when the clerk stays on them.
    const timer = setTimeout(() => void show(), shown === undefined ? 0 : pauseMs)
    return () => {
      clearTimeout(timer)
      away.abort()
      paper?.close()
    }
  }, [papers, documentId, key])
  return shown?.key === key ? shown.value : { state: 'opening' }
}
