/** All that a seeded file is drawn from. Kept as JSON in the database; the bytes are made at first need. */
export interface Recipe {
  /** Seed of the prose and of small differences in the layout. */
  seed: number
  part: 'document' | 'attachment'
  paper: 'a4' | 'letter'
  /** `scan` is pictures of pages; `scan-ocr` has an invisible layer of misread text over them. */
  medium: 'text' | 'scan' | 'scan-ocr'
  /** `stream` has object streams and a cross-reference stream. */
  crossReference: 'classic' | 'stream'
  pages: number
  /** Its name in running text. */
  agency: string
  parent: string
  heading: string[]
  place: string
  kind: string
  symbol: string
  /** Typed into the document, or left blank for the stamp. */
  number: string | null
  date: { year: number; month: number; day: number; typed: 'full' | 'half' | 'blank' }
  title: string
  /** After “Kính gửi”; none on decisions and the like. */
  addressees: string[]
  /** Under “Nơi nhận”. */
  recipients: string[]
  titleLines: string[]
  name: string
  /** From the last title line down to the name, points. */
  gap: number
  /** The signing block stands on page 1 and a regulation follows in the same file. */
  regulationFollows: boolean
  signatures: SignatureRecipe[]
}

export interface SignatureRecipe {
  /** `initials` of the drafter after the last words, the leader's signature, the agency's seal, or text only on an attachment. */
  kind: 'initials' | 'leader' | 'agency' | 'attachment'
  holder: string
  organisation: string
  place: string
  /** ISO 8601. */
  at: string
  /** The first signature is a certification with DocMDP P=2, as common tools make it. */
  certifies: boolean
}
