import * as v from 'valibot'
import { sequence, uuid } from './fields.ts'

/** After a new connection: the agent answers with `sign` / `batch`, the whole of it, and goes on telling. */
export const ResumeToAgent = v.strictObject({ kind: v.literal('resume'), sequence, batchId: uuid })
export type ResumeToAgent = v.InferOutput<typeof ResumeToAgent>
