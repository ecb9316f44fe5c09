import type { Refusal } from '../../shared/errors.ts'
import type { DocumentFacts } from '../../shared/protocol/sign.ts'
import type { ServerQuestion } from '../trust/server-question.ts'
import type { ImageJob, PreparedImage } from './appearance/prepare-image.ts'
import type { ActPlan } from './acts/act.ts'
import type { CertificateCheck, CertificateJob, RaisedDocument, RaiseJob, StampedDigest, StampJob } from './raise-document.ts'
import type { ReadText } from './read-text.ts'
import type { InspectOptions, PlanJob, SignedDocument, SignJob } from './sign-document.ts'

/** Between the main thread and a document worker; `id` names the task. */
export type Task =
  | { kind: 'inspect'; path: string; how: InspectOptions }
  /** Number and subject from the text of page 1; with a job, what its act draws where, in the same reading. */
  | { kind: 'read'; path: string; job?: PlanJob }
  /** What an act draws where; without its text where that cannot be read in time. */
  | { kind: 'plan'; job: PlanJob; readText: boolean }
  | { kind: 'sign'; job: SignJob }
  /** A copy that came back from a document system. */
  | { kind: 'compare'; signed: string; copy: string }
  | { kind: 'prepare-image'; job: ImageJob }
  | { kind: 'raise'; job: RaiseJob }
  | { kind: 'check-certificate'; job: CertificateJob }
  | { kind: 'stamp'; job: StampJob }

export type ToWorker =
  | { kind: 'start'; id: number; task: Task }
  | { kind: 'signature'; id: number; signature: Uint8Array }
  /** The key refused: forget the task and its unfinished file. */
  | { kind: 'abandon'; id: number }
  /** What a server said, or why it did not. */
  | { kind: 'answer'; id: number; answer: Uint8Array }
  | { kind: 'no-answer'; id: number; reason: string }

/** A refusal of the plan is a value here: what was read holds all the same. */
export type ReadOutcome = { text: ReadText; plan?: ActPlan; refusal?: Refusal }

export type FromWorker =
  /** The worker begins to read or write the document: from now on the clock runs. At most one at a time. */
  | { kind: 'stage-started'; id: number; sizeBytes: number; share: number }
  | { kind: 'stage-ended'; id: number }
  /** Prepared: the key is asked. */
  | { kind: 'digest'; id: number; digest: Uint8Array }
  /** A server of an authority is asked, one at a time for each task; workers have no network. */
  | { kind: 'question'; id: number; question: ServerQuestion }
  /** The first time stamp is there, checked; evidence may still be missing. */
  | { kind: 'stamped'; id: number; at: Date }
  | { kind: 'done'; id: number; outcome: PreparedImage | DocumentFacts | ReadOutcome | ActPlan | SignedDocument | RaisedDocument | CertificateCheck | StampedDigest | 'extended' | 'broken' }
  | { kind: 'refused'; id: number; refusal: Refusal; stack: string }
