import { DerError, childrenOf, readDer, smallIntegerOf, tags } from '../cms/read-der.ts'

/** PKIStatus (RFC 3161, 2.4.2), by number. */
export const timeStampStatuses = [
  'granted', 'granted-with-mods', 'rejection', 'waiting', 'revocation-warning', 'revocation-notification',
] as const

export interface TimeStampResponse {
  status: (typeof timeStampStatuses)[number]
  /** What a person may read, where the authority says something. */
  text: string
  /** DER, as it came. */
  token: Uint8Array | undefined
}

/** TimeStampResp (RFC 3161, 2.4.2). @throws DerError */
export function readTimeStampResponse(response: Uint8Array): TimeStampResponse {
  const [info, token] = childrenOf(readDer(response), tags.sequence)
  const [number, text] = childrenOf(info, tags.sequence)
  const status = timeStampStatuses[smallIntegerOf(number)]
  if (status === undefined) throw new DerError('the status is unknown')
  const lines = text?.tag === tags.sequence ? text.children.map(({ content }) => new TextDecoder().decode(content)) : []
  return { status, text: lines.join(' '), token: token?.raw }
}
