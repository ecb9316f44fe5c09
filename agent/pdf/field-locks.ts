import { refuse } from '../../shared/errors.ts'
import type { FieldLock, SignatureInFile } from './signatures.ts'

/** A name stands for the field and all below it (ISO 32000-2, table 259). */
export function isLocked(field: string, { action, fields }: FieldLock): boolean {
  const isNamed = fields.some((name) => field === name || field.startsWith(`${name}.`))
  return action === 'All' || isNamed === (action === 'Include')
}

/** What a signature states that it locks, by itself or by its field. */
export function locksOf({ fieldMdp, lock }: SignatureInFile): FieldLock[] {
  return [fieldMdp, lock].filter((stated) => stated !== undefined)
}

/** What may change after a signature: the strictest that it states anywhere; undefined where it says nothing. */
export function permissionsAfter(signature: SignatureInFile): 1 | 2 | 3 | undefined {
  const stated = [signature.docMdp?.permissions, ...locksOf(signature).map(({ permissions }) => permissions)].filter((value) => value !== undefined)
  return stated.length === 0 ? undefined : ([1, 2, 3] as const).find((value) => stated.includes(value))
}

/** Throws `document-locked` where an earlier signature locks a field of this name. */
export function refuseLocked(signatures: readonly SignatureInFile[], fieldName: string): void {
  const locking = signatures.find((signature) => locksOf(signature).some((lock) => isLocked(fieldName, lock)))
  if (locking !== undefined) refuse('document-locked', { field: locking.fieldName })
}
