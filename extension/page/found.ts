import type { FoundDocument } from '../../shared/messages/page.ts'
import type { StoredHeader } from '../../shared/messages/way-back.ts'
import type { Postback } from './postback.ts'

/** How the page itself gets the bytes of a document. */
export type Source =
  | { by: 'address'; url: string; authorization?: StoredHeader }
  | ({ by: 'postback' } & Postback)

/** A document as the finder leaves it: what the background is told, and how the page would fetch it. */
export interface Finding {
  document: FoundDocument
  source: Source
}

/** The same address twice is one document; the surer and fuller finding stays. */
export function mergeByKey(findings: readonly Finding[]): Finding[] {
  const byKey = new Map<string, Finding>()
  for (const finding of findings) {
    const other = byKey.get(finding.document.key)
    if (other === undefined) byKey.set(finding.document.key, finding)
    else byKey.set(finding.document.key, { ...other, document: merge(other.document, finding.document) })
  }
  return [...byKey.values()]
}

function merge(one: FoundDocument, other: FoundDocument): FoundDocument {
  const [better, worse] = one.certainty === other.certainty || one.certainty === 'certain' ? [one, other] : [other, one]
  return { ...worse, ...better }
}

/** Spaces and line breaks of the markup are no part of a text; neither is what a label has no room for. */
export function tidy(text: string | null | undefined, longest = 300): string {
  const plain = text ?? ''
  const tidied = (/\s\s|[^\S ]/.test(plain) ? plain.replaceAll(/\s+/g, ' ') : plain).trim()
  return tidied.length <= longest ? tidied : tidied.slice(0, longest).trim()
}
