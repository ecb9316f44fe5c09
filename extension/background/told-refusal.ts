import type { Refusal } from '../../shared/errors.ts'

/** Facts as long as the protocol takes them. */
export function toldRefusal({ code, facts }: Refusal): Refusal {
  return { code, facts: Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, value.slice(0, 500)])) }
}
