import { refusal, RefusalError } from '../errors.ts'

/** How far an upload was when the line to the document system broke: nothing had left; nobody knows; or the system says that it has not come. */
export type CutAt = 'unsent' | 'unknown' | 'missing'

/** The line to the document system broke. What it says to the clerk is the refusal; what it means is that it may be tried again without one. */
export class LineLost extends RefusalError {
  readonly cutAt: CutAt

  constructor(cutAt: CutAt, cause?: unknown) {
    super(cutAt === 'unknown' ? refusal('delivery-unconfirmed') : refusal('upload-failed', { status: 'network' }), { cause })
    this.cutAt = cutAt
  }
}
