import * as v from 'valibot'
import { nonce, refusal, uuid } from './fields.ts'

/**
 * Between the extension and the native-messaging host, a small program of the agent that the browser itself starts and
 * whose pipes only the extension can reach. One question, one answer; then the host ends.
 *
 *     ask    port | ticket   →
 *                            ← agent  port, and for a pairing the ticket
 */

/** As the manifests of the browsers name the host. */
export const nativeHostName = 'vn.antin.agent'

/** The longest message that either side reads; the browsers' own limit for what a host says. */
export const nativeMessageBytes = 1024 * 1024

/** How long a ticket is good for. */
export const ticketMs = 60_000

export const NativeToAgent = v.strictObject({
  kind: v.literal('native'),
  step: v.literal('ask'),
  version: v.number(),
  /** Where the agent listens, or that and a secret to be paired with. */
  wants: v.picklist(['port', 'ticket']),
})
export type NativeToAgent = v.InferOutput<typeof NativeToAgent>

/** Proves, once and for a minute, that who pairs was let in by the browser and is talking to this user's own agent. */
export const TicketFacts = v.strictObject({
  ticketId: uuid,
  /** 32 random bytes, hexadecimal. It never travels over the socket: only proofs that were made with it do. */
  secret: nonce,
})
export type TicketFacts = v.InferOutput<typeof TicketFacts>

export const NativeToExtension = v.variant('step', [
  v.strictObject({
    kind: v.literal('native'),
    step: v.literal('agent'),
    version: v.number(),
    port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
    ticket: v.optional(TicketFacts),
  }),
  v.strictObject({ kind: v.literal('native'), step: v.literal('refused'), refusal }),
])
export type NativeToExtension = v.InferOutput<typeof NativeToExtension>
