import * as v from 'valibot'
import { refuse } from '../../shared/errors.ts'
import type { Frame } from './socket.ts'

/** Checks a text frame against its schema; anything else is refused by its kind. */
export function readMessage<Schema extends v.GenericSchema>(schema: Schema, frame: Frame): v.InferOutput<Schema> {
  const input = typeof frame === 'string' ? parse(frame) : undefined
  const result = v.safeParse(schema, input)
  return result.success ? result.output : refuse('message-malformed', { kind: kindOf(input) }, result.issues)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function kindOf(input: unknown): string {
  const kind = typeof input === 'object' && input !== null && 'kind' in input ? input.kind : undefined
  return typeof kind === 'string' ? kind.slice(0, 40) : '?'
}
