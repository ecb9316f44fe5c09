import { DerError, childrenOf, contextTag, exactlyOf, onlyChildOf, readDer, tags } from './read-der.ts'
import { element, oid, sequence, setOf } from './write-der.ts'

/**
 * Adds an attribute that the signature is not over to the one signer of a container (RFC 5652, 5.3). Every other byte
 * of it stays.
 * @param container DER, followed by nothing or by zeros
 * @throws DerError
 */
export function addUnsignedAttribute(container: Uint8Array, type: string, value: Uint8Array): Uint8Array {
  const [contentType, content] = exactlyOf(2, readDer(container, 'zeros'), tags.sequence)
  const fields = childrenOf(onlyChildOf(content, contextTag(0)), tags.sequence)
  const signer = onlyChildOf(fields.at(-1), tags.set)
  const signerFields = childrenOf(signer, tags.sequence)
  const present = signerFields.at(-1)?.tag === contextTag(1) ? signerFields.at(-1) : undefined
  const attributes = [...(present?.children ?? []).map(({ raw }) => raw), sequence(oid(type), setOf(tags.set, value))]
  const kept = (present ? signerFields.slice(0, -1) : signerFields).map(({ raw }) => raw)
  const changed = sequence(...kept, setOf(contextTag(1), ...attributes))
  if (contentType === undefined) throw new DerError('the container has no type')
  const signedData = sequence(...fields.slice(0, -1).map(({ raw }) => raw), setOf(tags.set, changed))
  return sequence(contentType.raw, element(contextTag(0), signedData))
}
