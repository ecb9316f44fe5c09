import * as v from 'valibot'
import { label, pageOrigin, refusal, sequence, sha256, sizeBytes, uuid } from './fields.ts'
import { limits } from './limits.ts'
import { CertificateView } from './list-certificates.ts'
import { MoveMark, movesAtMost, PlacedMark } from './marks.ts'
import { ReceiptView } from './receipt.ts'

/** What a batch is for: one act of the clerk's day, which draws its own marks (docs/acts.md). */
export const Profile = v.picklist(['approve', 'issue', 'income', 'appendix', 'copy', 'comment', 'initials'])
export type Profile = v.InferOutput<typeof Profile>

/** SAO Y, SAO LỤC, TRÍCH SAO (Decree 30/2020, article 25). */
export const CopyForm = v.picklist(['full', 'recopy', 'extract'])
export type CopyForm = v.InferOutput<typeof CopyForm>

/** MẬT, TỐI MẬT, TUYỆT MẬT (Law 29/2018 on the protection of state secrets, article 8). */
export const Secrecy = v.picklist(['secret', 'top-secret', 'most-secret'])
export type Secrecy = v.InferOutput<typeof Secrecy>

const registerNumber = v.pipe(v.string(), v.maxLength(60))
const calendarDay = v.pipe(v.string(), v.isoDate())

/** What the document system has on register for a document. Nothing of it is ever guessed: what it does not say is absent. */
export const RegisteredFacts = v.strictObject({
  /** Number and symbol, as the system writes them. */
  number: v.optional(registerNumber),
  /** Day of issue, `YYYY-MM-DD`. */
  date: v.optional(calendarDay),
  title: v.optional(label),
  /** Of a document that has arrived: its number in the book of arrivals, and the day. */
  arrivalNumber: v.optional(registerNumber),
  arrivalDate: v.optional(calendarDay),
  secrecy: v.optional(Secrecy),
})
export type RegisteredFacts = v.InferOutput<typeof RegisteredFacts>

/**
 * The way of a document, in this order; `refused` ends it at any point before `checked`. One that is to carry a time stamp waits
 * for it as `signed`, whole and kept (`signedSha256` is set), and comes by `stamped`; any other goes from `signed` to `checked`.
 * `sending` and `sent` only where the clerk agreed to send on: the document system is asked to take its next step.
 */
export const documentStates = ['offered', 'received', 'approved', 'prepared', 'signed', 'stamped', 'checked', 'returned', 'delivered', 'sending', 'sent', 'refused'] as const
export type DocumentState = (typeof documentStates)[number]

export const batchStates = ['open', 'offered', 'approving', 'signing', 'paused', 'stopped', 'done', 'cancelled'] as const
export type BatchState = (typeof batchStates)[number]

/**
 * What confirmed a delivery: the digest that the system tells, its answer, the row of its list, nothing; or the file that was read
 * back (`copy`: the same bytes; `extended`: the system has added to it, and every signature still covers its revision); or the clerk.
 */
export const ConfirmedBy = v.picklist(['digest', 'answer', 'list-row', 'none', 'copy', 'extended', 'clerk'])
export type ConfirmedBy = v.InferOutput<typeof ConfirmedBy>

/** A signature that the document already carries. */
export const SignatureFacts = v.strictObject({
  holder: label,
  signedAt: v.optional(label),
  valid: v.boolean(),
})

/** What the agent itself read from the bytes; empty text where the document does not say. */
export const DocumentFacts = v.strictObject({
  pages: v.number(),
  number: label,
  subject: label,
  title: label,
  signatures: v.array(SignatureFacts),
  /** Its mark of secrecy, where it bears one and the office's policy lets it be signed all the same. */
  secrecy: v.optional(Secrecy),
  /** Pages as they are shown, in points: each entry holds from its page on. */
  pageSizes: v.optional(v.array(v.strictObject({ from: v.number(), width: v.number(), height: v.number() }))),
  /** A digest that documents of one agency with the same title over the signature share: a mark that was moved on one belongs there on all. */
  template: v.optional(label),
  warnings: v.array(v.picklist(['no-text', 'already-signed-by-you', 'javascript', 'certified', 'repaired', 'place-unsure', 'signature-broken', 'scan-pdf-old', 'scan-coarse', 'scan-not-colour'])),
})
export type DocumentFacts = v.InferOutput<typeof DocumentFacts>

export const DocumentView = v.strictObject({
  documentId: uuid,
  name: label,
  state: v.picklist(documentStates),
  sizeBytes: v.optional(sizeBytes),
  sha256: v.optional(sha256),
  facts: v.optional(DocumentFacts),
  registered: v.optional(RegisteredFacts),
  /** What will be drawn, and where, in the order of signing; from `received` on. */
  marks: v.optional(v.array(PlacedMark)),
  /** The signed file that is kept; while it waits for its time stamp, as it is without. */
  signedBytes: v.optional(v.number()),
  signedSha256: v.optional(sha256),
  /**
   * Why it was refused; or, in state `received`, why it is not on the list unless the clerk insists (`needsInsisting`); or, in state
   * `checked`, why the last delivery failed; or, in state `signed`, why there is no time stamp yet (either way the signed file is kept).
   */
  refusal: v.optional(refusal),
  confirmedBy: v.optional(ConfirmedBy),
  /** It has waited for its time stamp as long as the office wants it to: the clerk may take it without. */
  mayGoUnstamped: v.optional(v.literal(true)),
})
export type DocumentView = v.InferOutput<typeof DocumentView>

/**
 * What the authorities say of the certificate, asked for as soon as the batch is opened. `unknown`: nobody could say, and the clerk
 * may insist; `blocked`: it must not sign. `refusal` says why.
 */
export const CertificateCheckView = v.strictObject({
  state: v.picklist(['asking', 'good', 'unknown', 'blocked']),
  refusal: v.optional(refusal),
})
export type CertificateCheckView = v.InferOutput<typeof CertificateCheckView>

export const BatchView = v.strictObject({
  batchId: uuid,
  pageOrigin,
  profile: Profile,
  state: v.picklist(batchStates),
  /** Whose key does the act: the leader's own, or the agency's seal. */
  certificate: v.optional(CertificateView),
  /** The registrar's own key, which signs number and date ahead of the seal. */
  ownCertificate: v.optional(CertificateView),
  copyForm: v.optional(CopyForm),
  comment: v.optional(v.string()),
  /** Short code of the ordered digest list, also shown in the PIN window; set from `offered` on. */
  shortCode: v.optional(label),
  /** SHA-256 of the ordered digest list: what `approve` must name. */
  digestListSha256: v.optional(sha256),
  /** The clerk agreed that what is delivered is sent on by the document system's next step. */
  sendOn: v.optional(v.literal(true)),
  /**
   * `key`: the clerk has to confirm elsewhere (on a phone, at a service) before the key can sign. `stamp`: nothing is left for the
   * key, and documents wait for their time stamps.
   */
  waiting: v.optional(v.picklist(['key', 'stamp'])),
  certificateCheck: v.optional(CertificateCheckView),
  /** Why the batch stopped. */
  refusal: v.optional(refusal),
  documents: v.array(DocumentView),
})
export type BatchView = v.InferOutput<typeof BatchView>

const toAgent = { kind: v.literal('sign'), sequence, batchId: uuid }

export const SignToAgent = v.variant('step', [
  v.strictObject({
    ...toAgent,
    step: v.literal('open'),
    pageOrigin,
    profile: Profile,
    certificateSha256: sha256,
    /** Only to issue: the registrar's own key, for number and date ahead of the agency's seal. */
    ownCertificateSha256: v.optional(sha256),
    /** Only to copy; without it SAO Y. */
    copyForm: v.optional(CopyForm),
    /** Only to comment, and needed there. */
    comment: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(limits.commentCharacters))),
    /** More than `limits.documentsPerBatch` are refused by a sentence, not by closing the door. */
    documents: v.array(v.strictObject({ documentId: uuid, name: label, registered: v.optional(RegisteredFacts) })),
  }),
  /** All chunks of a document are out; the agent compares size and digest with its own. */
  v.strictObject({ ...toAgent, step: v.literal('sent'), documentId: uuid, sizeBytes, sha256 }),
  /** The document could not be fetched. */
  v.strictObject({ ...toAgent, step: v.literal('lost'), documentId: uuid, refusal }),
  /**
   * The clerk moves marks. The agent checks each against its page, keeps it, and tells the documents anew, so that the
   * digest of the list covers what the clerk sees; all of it or nothing.
   */
  v.strictObject({ ...toAgent, step: v.literal('place'), moves: v.pipe(v.array(MoveMark), v.maxLength(movesAtMost)) }),
  /**
   * The clerk agreed in the sign window to exactly this list; the agent opens the PIN window. `insist`: although nobody could say
   * whether the certificate was revoked.
   */
  v.strictObject({ ...toAgent, step: v.literal('approve'), digestListSha256: sha256, insist: v.optional(v.literal(true)), sendOn: v.optional(v.literal(true)) }),
  /** Ask for the signed bytes; they come as chunks and end with `bytes`. */
  v.strictObject({ ...toAgent, step: v.literal('fetch'), documentId: uuid }),
  v.strictObject({ ...toAgent, step: v.literal('fetched-chunk'), documentId: uuid, nextOffset: v.number() }),
  v.strictObject({ ...toAgent, step: v.literal('delivered'), documentId: uuid, confirmedBy: ConfirmedBy }),
  v.strictObject({ ...toAgent, step: v.literal('undelivered'), documentId: uuid, refusal }),
  /** The next step of the document system is about to be asked for. Answered by the document, `sending`; then it may be done, once. */
  v.strictObject({ ...toAgent, step: v.literal('send-on'), documentId: uuid, recipients: label }),
  v.strictObject({ ...toAgent, step: v.literal('sent-on'), documentId: uuid }),
  /** It was not sent on; with `send-unconfirmed` nobody knows, and the document stays `sending`. */
  v.strictObject({ ...toAgent, step: v.literal('not-sent-on'), documentId: uuid, refusal }),
  /** Nothing more is signed after the signature under way. The key is held for as long as the consent lives. */
  v.strictObject({ ...toAgent, step: v.literal('pause') }),
  /** After `pause`: no PIN is needed while the consent lives. */
  v.strictObject({ ...toAgent, step: v.literal('go-on') }),
  /** The clerk leaves this document out; the others go on. Too late once the key has it. */
  v.strictObject({ ...toAgent, step: v.literal('skip'), documentId: uuid }),
  /** Sign it all the same: a document that `needsInsisting` comes on the list, which has another digest then. */
  v.strictObject({ ...toAgent, step: v.literal('insist'), documentId: uuid }),
  /**
   * What the document system holds now is read back and held against the signed file. The copy has an id of its own, by which its
   * chunks and its `sent` are called.
   */
  v.strictObject({ ...toAgent, step: v.literal('compare'), documentId: uuid, copyId: uuid }),
  /** The clerk takes every document that `mayGoUnstamped` without its time stamp. */
  v.strictObject({ ...toAgent, step: v.literal('go-unstamped') }),
  /**
   * Show the agent's own copy: what will be signed, or what was, once it is `checked`. A look has an id of its own, by which its
   * chunks are called too, so that it is never mixed up with the return of the same document.
   */
  v.strictObject({ ...toAgent, step: v.literal('look'), documentId: uuid, lookId: uuid }),
  v.strictObject({ ...toAgent, step: v.literal('looked-chunk'), lookId: uuid, nextOffset: v.number() }),
  /** Enough seen: no more chunks. Those that are on their way mean nothing. */
  v.strictObject({ ...toAgent, step: v.literal('look-away'), lookId: uuid }),
  /** Ask for what the clerk may keep as proof of the batch, also when it is over. */
  v.strictObject({ ...toAgent, step: v.literal('receipt') }),
])
export type SignToAgent = v.InferOutput<typeof SignToAgent>

const toExtension = { kind: v.literal('sign'), sequence, batchId: uuid }

export const SignToExtension = v.variant('step', [
  /** The batch changed: opened, offered, approving, signing, stopped, done. */
  v.strictObject({ ...toExtension, step: v.literal('batch'), batch: BatchView, toCome: v.optional(v.number()) }),
  /** What did not fit into the frame of `batch` (batch-parts.ts); `toCome` documents are still missing. */
  v.strictObject({ ...toExtension, step: v.literal('more'), documents: v.array(DocumentView), toCome: v.number() }),
  /** One document changed. */
  v.strictObject({ ...toExtension, step: v.literal('document'), document: DocumentView }),
  v.strictObject({ ...toExtension, step: v.literal('received-chunk'), documentId: uuid, nextOffset: v.number() }),
  v.strictObject({ ...toExtension, step: v.literal('bytes'), documentId: uuid, sizeBytes: v.number(), sha256 }),
  /** The last chunk of a look is out. */
  v.strictObject({ ...toExtension, step: v.literal('looked'), lookId: uuid, sizeBytes: v.number(), sha256 }),
  v.strictObject({ ...toExtension, step: v.literal('unseen'), lookId: uuid, refusal }),
  v.strictObject({ ...toExtension, step: v.literal('receipt'), receipt: ReceiptView }),
  /** `same` bytes, or the `original` ones still; `extended`: others, but every signature still covers its revision; `broken`: not every one does. */
  v.strictObject({ ...toExtension, step: v.literal('compared'), copyId: uuid, verdict: v.picklist(['same', 'original', 'extended', 'broken']) }),
  v.strictObject({ ...toExtension, step: v.literal('incomparable'), copyId: uuid, refusal }),
])
export type SignToExtension = v.InferOutput<typeof SignToExtension>
