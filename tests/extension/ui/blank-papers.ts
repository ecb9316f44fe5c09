import type { Papers } from '../../../extension/ui/papers.ts'

/** Documents of three blank pages, and what was asked of them in order. */
export function blankPapers(): { papers: Papers; log: string[] } {
  const log: string[] = []
  const short = (documentId: string): string => String(Number(documentId.slice(-12)))
  return {
    log,
    papers: {
      prepare: () => undefined,
      open: (documentId) => {
        log.push(`open ${short(documentId)}`)
        return Promise.resolve({
          pages: 3,
          sizeOf: () => Promise.resolve({ width: 595, height: 842 }),
          draw: (page) => Promise.resolve(void log.push(`draw ${short(documentId)} page ${page}`)),
          close: () => void log.push(`close ${short(documentId)}`),
        })
      },
      thumbnail: (documentId) => {
        log.push(`thumbnail ${short(documentId)}`)
        return Promise.resolve('data:,')
      },
    },
  }
}
