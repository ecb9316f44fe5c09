import * as v from 'valibot'
import { sequence, sha256 } from './fields.ts'

/**
 * The clerk says whose act a signature with this certificate is. Remembered by the agent, below what the office's list and the
 * certificate itself say; answered with `list-certificates`.
 */
export const RoleToAgent = v.strictObject({ kind: v.literal('role'), sequence, certificateSha256: sha256, role: v.picklist(['person', 'agency']) })
export type RoleToAgent = v.InferOutput<typeof RoleToAgent>
