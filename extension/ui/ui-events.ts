import type { Command } from '../../shared/messages/view.ts'

/** What the clerk can ask for. A component only tells; the entry file knows the browser. */
export interface UiEvents {
  send: (command: Command) => void
  /** Ask the browser for the permission to read a site, then tell the background. */
  allowSite: (origin: string) => void
  /** Let the clerk show in the page of a tab what its documents are. */
  teach: (tabId: number) => void
  /** Show the sign window of a batch. */
  openBatch: (batchId: string) => void
  openPanel: () => void
  openOptions: () => void
}
