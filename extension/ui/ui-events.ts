import type { Command, SignChoice } from '../../shared/messages/view.ts'

/** What the clerk can ask for. A component only tells; the entry file knows the browser. */
export interface UiEvents {
  send: (command: Command) => void
  /** Ask the browser for the permission to read a site, then tell the background. */
  allowSite: (origin: string) => void
  /** Let the clerk show in the page of a tab what its documents are. */
  teach: (tabId: number) => void
  /** Put files of this PC down where the background finds them, then open a batch of them. */
  signFiles: (files: readonly File[], choice: SignChoice) => void
  /** Show the sign window of a batch. */
  openBatch: (batchId: string) => void
  openPanel: () => void
  openOptions: () => void
}
