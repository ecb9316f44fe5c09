import * as v from 'valibot'
import { sequence, uuid } from './fields.ts'

/** Ends a batch: nothing more is signed. Answered by `sign` / `batch`. Signed files stay until delivered. */
export const CancelToAgent = v.strictObject({ kind: v.literal('cancel'), sequence, batchId: uuid })
export type CancelToAgent = v.InferOutput<typeof CancelToAgent>
