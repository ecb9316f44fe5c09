import type { FoundDocument } from '../../shared/messages/page.ts'
import type { SignChoice, View } from '../../shared/messages/view.ts'
import { usualRoles } from './certificate-choice.tsx'

type Act = SignChoice['profile']

interface Asked {
  certificates: View['certificates']
  /** The documents that the clerk has chosen; before that, all of the page. */
  documents: readonly FoundDocument[]
  /** Where the clerk has chosen one. */
  certificate?: View['certificates'][number] | undefined
}

/** What the documents wait for where the page says it of all alike, else what the keys on this PC are for. */
export function proposedAct({ certificates, documents, certificate }: Asked): Act {
  const [awaited, ...others] = new Set(documents.map(awaits))
  if (awaited !== undefined && others.length === 0 && mayDo(awaited, certificate?.role)) return awaited
  const roles = (certificate ? [certificate] : certificates.filter(({ refusal }) => !refusal)).map(({ role }) => role)
  return roles.length > 0 && roles.every((role) => role === 'agency') ? 'issue' : 'approve'
}

/** A document with its number in the book of arrivals waits for the stamp of arrival. */
export function awaits({ act, arrivalNumber, arrivalDate }: FoundDocument): Act | undefined {
  return act ?? (arrivalNumber !== undefined && arrivalDate !== undefined ? 'income' : undefined)
}

/** The agent refuses the others (docs/acts.md). */
function mayDo(act: Act, role: View['certificates'][number]['role'] = 'unknown'): boolean {
  return role === 'unknown' || act === 'income' || usualRoles[act] === role
}
