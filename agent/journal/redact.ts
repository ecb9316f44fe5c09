import { RefusalError } from '../../shared/errors.ts'

/** Longest text that an event keeps, in UTF-16 units. */
const longest = 500

/**
 * What may stand in the journal: short facts about what happened. Control characters are blanked, so that one
 * event stays one line; anything as long as a key, a document or a dump is cut.
 */
export function redact(facts: Readonly<Record<string, string | number | undefined>>): Record<string, string | number> {
  const kept = Object.entries(facts).filter((fact): fact is [string, string | number] => fact[1] !== undefined)
  return Object.fromEntries(kept.map(([name, value]) => [name, typeof value === 'string' ? redactText(value) : value]))
}

/** A failure for the journal: its names and messages down to the root, without what a driver may have put in them. */
export function redactCause(thrown: unknown): string {
  const lines: string[] = []
  for (let error = thrown; error instanceof Error && lines.length < 5; error = error.cause) {
    lines.push(error instanceof RefusalError ? error.refusal.code : `${error.name}: ${redactText(error.message)}`)
  }
  return redactText(lines.join(' < ') || typeof thrown)
}

function redactText(text: string): string {
  const plain = text
    .replaceAll(/\p{Cc}+/gu, ' ')
    // Digests (64 hexadecimal digits) stay; longer runs are key material, signatures or content.
    .replaceAll(/[0-9A-Za-z+/=_-]{129,}/g, '[…]')
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain
}
