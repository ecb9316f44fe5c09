/**
 * The one table of what can go wrong. A refusal travels as `code` and `facts`; the sentence is looked up
 * where it is shown (`shared/text/errors.ts`). Adding a code without a sentence does not compile.
 *
 * `who`   who can act: the clerk, the IT desk, or us (a defect)
 * `next`  what makes sense next: the same again, again after a fix, or never for this document
 * `facts` names of the facts that the sentence needs; each is safe to show and never a secret
 */
export const errors = {
  // the link between browser and agent
  'agent-unreachable': { who: 'clerk', next: 'after-fix', facts: [] },
  'agent-not-paired': { who: 'clerk', next: 'after-fix', facts: [] },
  'pairing-unknown': { who: 'clerk', next: 'after-fix', facts: ['port'] },
  'agent-unproven': { who: 'it-desk', next: 'never', facts: ['port'] },
  'version-mismatch': { who: 'it-desk', next: 'after-fix', facts: ['agent', 'extension'] },
  'pairing-refused': { who: 'clerk', next: 'again', facts: [] },
  'pairing-expired': { who: 'clerk', next: 'again', facts: [] },
  'pairing-closed': { who: 'clerk', next: 'after-fix', facts: [] },
  'message-malformed': { who: 'us', next: 'never', facts: ['kind'] },
  'sequence-broken': { who: 'us', next: 'again', facts: [] },
  'site-not-listed': { who: 'it-desk', next: 'after-fix', facts: ['site'] },
  'site-unreadable': { who: 'it-desk', next: 'after-fix', facts: ['reason'] },
  'site-fixed': { who: 'it-desk', next: 'never', facts: ['name'] },
  'files-not-allowed': { who: 'it-desk', next: 'after-fix', facts: [] },

  // the token, its driver and the PIN
  'token-missing': { who: 'clerk', next: 'after-fix', facts: [] },
  'token-removed': { who: 'clerk', next: 'after-fix', facts: ['token'] },
  'token-silent': { who: 'clerk', next: 'after-fix', facts: ['token', 'seconds'] },
  'token-failed': { who: 'it-desk', next: 'after-fix', facts: ['token', 'returnValue'] },
  'driver-missing': { who: 'it-desk', next: 'after-fix', facts: ['driver'] },
  'driver-unusable': { who: 'it-desk', next: 'after-fix', facts: ['driver', 'reason'] },
  'key-file-missing': { who: 'clerk', next: 'after-fix', facts: ['file'] },
  'key-file-unreadable': { who: 'it-desk', next: 'after-fix', facts: ['file'] },
  'certificate-hidden': { who: 'it-desk', next: 'after-fix', facts: ['file'] },
  'key-missing': { who: 'it-desk', next: 'after-fix', facts: ['holder'] },
  'key-too-weak': { who: 'it-desk', next: 'never', facts: ['holder', 'key'] },
  'pin-wrong': { who: 'clerk', next: 'again', facts: ['token', 'triesLeft'] },
  'pin-locked': { who: 'it-desk', next: 'after-fix', facts: ['token'] },
  'pin-cancelled': { who: 'clerk', next: 'again', facts: [] },
  'pin-window-missing': { who: 'it-desk', next: 'after-fix', facts: [] },

  // the certificate
  'certificate-missing': { who: 'clerk', next: 'after-fix', facts: [] },
  'certificate-expired': { who: 'it-desk', next: 'after-fix', facts: ['holder', 'validTo'] },
  'certificate-not-yet-valid': { who: 'it-desk', next: 'after-fix', facts: ['holder', 'validFrom'] },
  'certificate-not-for-signing': { who: 'it-desk', next: 'after-fix', facts: ['holder'] },
  'certificate-untrusted': { who: 'it-desk', next: 'after-fix', facts: ['holder'] },
  'certificate-revoked': { who: 'it-desk', next: 'never', facts: ['holder', 'revokedAt'] },
  'revocation-unknown': { who: 'clerk', next: 'again', facts: ['holder'] },
  'time-stamp-failed': { who: 'it-desk', next: 'again', facts: ['reason'] },

  // the document
  'file-gone': { who: 'clerk', next: 'never', facts: [] },
  'document-not-pdf': { who: 'clerk', next: 'never', facts: [] },
  'document-encrypted': { who: 'clerk', next: 'after-fix', facts: [] },
  'document-too-large': { who: 'clerk', next: 'never', facts: ['size', 'limit'] },
  'document-unreadable': { who: 'clerk', next: 'never', facts: ['reason'] },
  'document-certified': { who: 'clerk', next: 'never', facts: [] },
  'document-locked': { who: 'clerk', next: 'never', facts: ['field'] },
  'document-permissions': { who: 'clerk', next: 'after-fix', facts: [] },
  'document-form-dynamic': { who: 'clerk', next: 'after-fix', facts: [] },
  'field-missing': { who: 'clerk', next: 'after-fix', facts: ['field'] },
  'field-demands': { who: 'clerk', next: 'never', facts: ['field', 'demand'] },
  'document-not-signed': { who: 'clerk', next: 'after-fix', facts: [] },
  'document-signature-broken': { who: 'clerk', next: 'after-fix', facts: [] },
  'document-changed': { who: 'clerk', next: 'again', facts: [] },
  'classified-document': { who: 'clerk', next: 'never', facts: [] },
  'document-duplicate': { who: 'clerk', next: 'never', facts: ['name'] },
  'place-unsure': { who: 'clerk', next: 'after-fix', facts: ['place'] },
  'personal-signature-missing': { who: 'clerk', next: 'after-fix', facts: [] },
  'number-missing': { who: 'clerk', next: 'after-fix', facts: [] },
  'arrival-missing': { who: 'clerk', next: 'after-fix', facts: [] },
  'code-missing': { who: 'clerk', next: 'after-fix', facts: [] },
  'number-differs': { who: 'clerk', next: 'after-fix', facts: ['asked', 'found'] },
  'key-role-wrong': { who: 'clerk', next: 'after-fix', facts: ['holder'] },
  'place-outside': { who: 'clerk', next: 'again', facts: ['page'] },
  'keys-of-two-duties': { who: 'clerk', next: 'after-fix', facts: ['holder', 'other'] },
  'image-unreadable': { who: 'clerk', next: 'after-fix', facts: ['file'] },
  'image-not-picture': { who: 'clerk', next: 'after-fix', facts: [] },
  'image-missing': { who: 'clerk', next: 'after-fix', facts: ['holder'] },
  'image-too-large': { who: 'clerk', next: 'after-fix', facts: ['limit'] },
  'image-not-blue': { who: 'clerk', next: 'after-fix', facts: [] },
  'image-not-red': { who: 'clerk', next: 'after-fix', facts: [] },
  'image-not-clear': { who: 'clerk', next: 'after-fix', facts: [] },
  'image-not-round': { who: 'clerk', next: 'after-fix', facts: [] },
  'image-refused': { who: 'clerk', next: 'again', facts: [] },
  'signature-rejected': { who: 'us', next: 'again', facts: ['reason'] },

  // the batch
  'batch-empty': { who: 'clerk', next: 'after-fix', facts: [] },
  'batch-too-large': { who: 'clerk', next: 'after-fix', facts: ['count', 'limit'] },
  'batches-too-many': { who: 'clerk', next: 'after-fix', facts: ['limit'] },
  'batch-busy': { who: 'clerk', next: 'again', facts: [] },
  'batch-unknown': { who: 'clerk', next: 'again', facts: [] },
  'batch-stopped': { who: 'clerk', next: 'again', facts: [] },
  'consent-expired': { who: 'clerk', next: 'again', facts: [] },
  'cancelled': { who: 'clerk', next: 'again', facts: [] },
  'skipped': { who: 'clerk', next: 'again', facts: [] },

  // the document system
  'login-expired': { who: 'clerk', next: 'after-fix', facts: ['site'] },
  'document-elsewhere': { who: 'it-desk', next: 'never', facts: ['site'] },
  'download-failed': { who: 'clerk', next: 'again', facts: ['status'] },
  'upload-failed': { who: 'clerk', next: 'again', facts: ['status'] },
  'delivery-elsewhere': { who: 'it-desk', next: 'after-fix', facts: ['site'] },
  'delivery-unconfirmed': { who: 'clerk', next: 'after-fix', facts: [] },
  'delivery-altered': { who: 'it-desk', next: 'after-fix', facts: [] },
  'send-refused': { who: 'clerk', next: 'after-fix', facts: ['said'] },
  'send-unconfirmed': { who: 'clerk', next: 'after-fix', facts: [] },
  'issue-unsigned': { who: 'clerk', next: 'after-fix', facts: [] },
  'attachments-unsigned': { who: 'clerk', next: 'after-fix', facts: ['said'] },
  'page-gone': { who: 'clerk', next: 'after-fix', facts: ['site'] },

  // the PC
  'disk-full': { who: 'it-desk', next: 'after-fix', facts: [] },
  'folder-unwritable': { who: 'it-desk', next: 'after-fix', facts: ['folder'] },
  'unexpected': { who: 'us', next: 'again', facts: [] },
} as const satisfies Record<string, ErrorRow>

interface ErrorRow {
  who: 'clerk' | 'it-desk' | 'us'
  next: 'again' | 'after-fix' | 'never'
  facts: readonly string[]
}

export type ErrorCode = keyof typeof errors
export type FactsOf<Code extends ErrorCode> = Record<(typeof errors)[Code]['facts'][number], string>

/** A refusal as a value: what a failed document is inside a batch, and what crosses every border. */
export interface Refusal {
  readonly code: ErrorCode
  readonly facts: Readonly<Record<string, string>>
}

export function refusal<Code extends ErrorCode>(code: Code, ...[facts]: FactsArgument<Code>): Refusal {
  return { code, facts: facts ?? {} }
}

/** A refusal on its way up the stack. `cause` stays in the journal and never crosses the wire. */
export class RefusalError extends Error {
  override readonly name = 'RefusalError'
  readonly refusal: Refusal

  constructor(refusal: Refusal, options?: { cause: unknown }) {
    super(refusal.code, options)
    this.refusal = refusal
  }
}

export function refuse<Code extends ErrorCode>(code: Code, ...[facts, cause]: [...FactsArgument<Code>, cause?: unknown]): never {
  const value: Refusal = { code, facts: (facts as Record<string, string> | undefined) ?? {} }
  throw cause === undefined ? new RefusalError(value) : new RefusalError(value, { cause })
}

/** What anything thrown means to the person in front of the screen. */
export function refusalOf(thrown: unknown): Refusal {
  return thrown instanceof RefusalError ? thrown.refusal : refusal('unexpected')
}

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errors, text)
}

type FactsArgument<Code extends ErrorCode> = (typeof errors)[Code]['facts'] extends readonly [] ? [facts?: undefined] : [facts: FactsOf<Code>]
