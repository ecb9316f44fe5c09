import { needsInsisting } from '../../shared/protocol/document-states.ts'
import { digestListText } from '../../shared/protocol/digest-list.ts'
import type { BatchView } from '../../shared/protocol/sign.ts'

/** SHA-256 of exactly what the windows show of a batch: what an approval names. */
export async function digestOfList({ documents }: BatchView): Promise<string> {
  const listed = documents.filter((document) => document.state === 'received' && !needsInsisting(document)).map(({ name, sha256 = '', marks }) => ({ name, sha256, marks }))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(digestListText(listed)))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
