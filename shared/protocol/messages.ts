import * as v from 'valibot'
import { CancelToAgent } from './cancel.ts'
import { label, refusal, sequence, uuid } from './fields.ts'
import { HelloToAgent, HelloToExtension } from './hello.ts'
import { ImageToAgent, ImageToExtension } from './image.ts'
import { ListCertificatesToAgent, ListCertificatesToExtension, ReadingTokensToExtension } from './list-certificates.ts'
import { PairToAgent, PairToExtension } from './pair.ts'
import { PairingsToAgent, PairingsToExtension } from './pairings.ts'
import { ResumeToAgent } from './resume.ts'
import { RoleToAgent } from './role.ts'
import { SignToAgent, SignToExtension } from './sign.ts'
import { StatusToAgent, StatusToExtension } from './status.ts'

/** Before the proof a socket may say only these two. */
export const FirstToAgent = v.union([PairToAgent, HelloToAgent])
export type FirstToAgent = v.InferOutput<typeof FirstToAgent>

/** After it, each message carries a strictly rising sequence number (chunks count too). */
export const MessageToAgent = v.union([ListCertificatesToAgent, RoleToAgent, SignToAgent, CancelToAgent, ResumeToAgent, StatusToAgent, ImageToAgent, PairingsToAgent])
export type MessageToAgent = v.InferOutput<typeof MessageToAgent>

/** Pairings are the door's own matter; the rest is the session's. */
export type MessageToSession = Exclude<MessageToAgent, { kind: 'pairings' }>

/** Keeps the service worker awake while a batch is open. */
export const TickToExtension = v.strictObject({ kind: v.literal('tick'), sequence })

/** A message that could not be carried out; `about` names its kind, `batchId` the batch that it was for. */
export const RefusedToExtension = v.strictObject({ kind: v.literal('refused'), sequence, about: label, batchId: v.optional(uuid), refusal })

export const MessageToExtension = v.union([
  PairToExtension,
  HelloToExtension,
  ListCertificatesToExtension,
  ReadingTokensToExtension,
  SignToExtension,
  StatusToExtension,
  ImageToExtension,
  PairingsToExtension,
  TickToExtension,
  RefusedToExtension,
])
export type MessageToExtension = v.InferOutput<typeof MessageToExtension>
