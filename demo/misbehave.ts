/** How the document system can be made to fail, one switch for each way that was seen in the field. */
export interface Misbehaviour {
  /** The login ends after so many more requests; 0 is now; null is never. */
  sessionEndsAfterRequests: number | null
  /** What becomes of an uploaded signed file. `rewrite` saves it anew as a stamping tool does, which breaks its signatures. */
  upload: 'accept' | 'fail' | 'rename' | 'append' | 'rewrite'
  /**
   * What the system says of a signed file that it has taken: its digest; nothing, though the file can be read; or nothing at all, and
   * the file cannot be read either.
   */
  standing: 'told' | 'untold' | 'closed'
  /**
   * The network: it breaks in the middle of the next signed file, or when that is stored and before it is answered, or when a document was
   * moved on and before that is answered; then it is lost.
   */
  line: 'stands' | 'breaks-in-upload' | 'breaks-before-answer' | 'breaks-after-step' | 'lost'
  /** Downloads pass at this pace; null is as fast as they go. */
  downloadBytesPerSecond: number | null
  /** Fetching a file marks the incoming document as read; otherwise only opening its page does. */
  downloadMarksRead: boolean
  /** Files are handed out only to an Authorization header, whose token a script of the page keeps in sessionStorage. */
  filesNeedAuthorization: boolean
}

export const wellBehaved: Readonly<Misbehaviour> = {
  sessionEndsAfterRequests: null,
  upload: 'accept',
  standing: 'told',
  line: 'stands',
  downloadBytesPerSecond: null,
  downloadMarksRead: false,
  filesNeedAuthorization: false,
}
