import type { DocumentView } from '../../shared/protocol/sign.ts'

/** Signed and kept by the agent, which goes on asking for its time stamp. */
export function waitsForStamp({ state, signedSha256 }: DocumentView): boolean {
  return (state === 'signed' || state === 'stamped') && signedSha256 !== undefined
}
