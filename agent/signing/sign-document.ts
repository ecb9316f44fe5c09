import type { DocumentFacts } from '../../shared/protocol/sign.ts'
import type { KeyInfo, SignatureScheme } from '../token/key-source.ts'
import type { ImageJob, PreparedImage } from './appearance/prepare-image.ts'
import type { ActPlan, ActRequest } from './acts/act.ts'
import type { Appearance } from './appearance/appearance.ts'

/**
 * HOP 6: one document. `session/` sees only `DocumentWorkers`; the work itself runs in worker threads, where
 * PDF, CMS and fonts are loaded.
 */
export interface DocumentWorkers {
  /** Reads a spooled document: what it is, who signed it. Refuses what cannot or must not be signed. */
  inspect(path: string, how?: InspectOptions): Promise<InspectedDocument>

  /**
   * prepare → digest → key → embed → check. Writes `job.output` (through a `.part` file, fsync, rename) and
   * resolves only when the own-work check passed: prefix identical, earlier signatures as valid as before,
   * the new one valid over the whole file. Several jobs may be under way; preparation runs ahead of the key.
   * An act may take several signatures, one after the other.
   * @param askKey gets the digest of the signed attributes and returns the raw signature
   */
  sign(job: SignJob, askKey: AskKey, onPrepared?: () => void): Promise<SignedDocument>

  /** Whether every signature of a file that was signed still covers its revision in what a document system holds now. */
  compare(signed: string, copy: string): Promise<'extended' | 'broken'>

  /** A picture from outside becomes the PNG that is drawn; refuses what the rule forbids. */
  prepareImage(job: ImageJob): Promise<PreparedImage>

  close(): Promise<void>
}

/** `more` says that further signatures of the same document follow, `byOwnKey` that the registrar's own key is asked. */
export type AskKey = (digest: Uint8Array, step?: { more: boolean; byOwnKey: boolean }) => Promise<Uint8Array>

/** Says beforehand what `sign` would do for an act. */
export interface ActPlanner {
  /** Where an act would draw what, by the bytes alone; refuses what its order forbids. Nothing is written. */
  plan(job: PlanJob): Promise<ActPlan>
}

/** What a look at a document has to know of the signature to come. */
export type InspectOptions = Pick<SignJob, 'field' | 'insist'> & {
  /** Plans the act in the same reading of the text. */
  plan?: Omit<PlanJob, 'input'>
  /** Holds its scanned pages against the rule for digitised originals. */
  asOriginal?: boolean
}

export type InspectedDocument = DocumentFacts & { plan?: ActPlan; symbol?: string }

export interface SignJob {
  input: string
  /**
   * SHA-256 of what the clerk agreed to, hexadecimal. It is held against the very bytes that go into the signature: others
   * are refused with `document-changed` before the key is asked.
   */
  inputSha256?: string
  output: string
  /** DER: the signer's certificate first, then intermediates. */
  certificates: Uint8Array[]
  algorithm: KeyInfo['algorithm']
  /** How the unlocked key signs. */
  scheme: SignatureScheme
  /** The registrar's own key, for the steps of an act that are theirs. */
  own?: Pick<SignJob, 'certificates' | 'algorithm' | 'scheme'>
  /** Claimed time of signing, written to /M. */
  signedAt: Date
  appearance: Appearance | undefined
  /** What is drawn beside it in the same revision, as stamp annotations; only where no certification forbids them. */
  stamps?: Appearance[]
  /** The act that is signed: it decides what is drawn where, in how many signatures, and `appearance` says nothing. */
  act?: ActRequest
  reason?: string
  location?: string
  /** Full name of the empty signature field to sign in; without it a new one is added. Never anybody else's. */
  field?: string
  /** Where the document has no signature yet: certifies it, so that afterwards only fields may be filled in and signed (DocMDP, P=2). */
  certify?: boolean
  /** Signs although the newest signature in the file is broken already, as the clerk wants it so. */
  insist?: boolean
}

/** What an act is planned from: a job before its output is known. */
export type PlanJob = Pick<SignJob, 'input' | 'certificates' | 'signedAt'> & { act: ActRequest }

export interface SignedDocument {
  sizeBytes: number
  sha256: string
  fieldName: string
}
