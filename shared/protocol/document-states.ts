// Apart from sign.ts, whose schemas windows that only ask for this need not load.
import type { DocumentView } from './sign.ts'

/** Signed, checked and kept by the agent, but not yet with the time stamp that it is to carry. It is never signed again. */
export function waitsForStamp({ state, signedSha256 }: Pick<DocumentView, 'state' | 'signedSha256'>): boolean {
  return (state === 'signed' || state === 'stamped') && signedSha256 !== undefined
}

/** Whole and read, but not on the list of what is signed: its newest signature is broken, and the clerk has not insisted. */
export function needsInsisting({ state, refusal: reason }: Pick<DocumentView, 'state' | 'refusal'>): boolean {
  return state === 'received' && reason !== undefined
}
