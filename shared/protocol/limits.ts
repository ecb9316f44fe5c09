import type { MarkName } from './marks.ts'

/** Every limit that both sides of the link hold each other to. Sizes in bytes, times in milliseconds. */
export const limits = {
  documentBytes: 100 * 1024 * 1024,
  documentsPerBatch: 1_000,
  /** Batches of one pairing that are neither done nor cancelled. */
  openBatches: 20,
  frameBytes: 1024 * 1024,
  chunkBytes: 256 * 1024,
  /** Chunks of one document that may be under way without an answer. */
  chunkWindow: 4,
  inflatedBytes: 256 * 1024 * 1024,
  objectDepth: 100,
  liveSockets: 4,
  helloMs: 2_000,
  /** Pairing windows without a yes, within `pairingRefusalMs`, until no more are shown. */
  pairingRefusals: 5,
  pairingRefusalMs: 600_000,
  pairingMs: 120_000,
  consentIdleMs: 300_000,
  tickMs: 20_000,
  chunkSilenceMs: 10_000,
  headersMs: 3_000,
  requestMs: 5_000,
  /** Reserve for /Contents, in bytes of CMS (twice as many hexadecimal digits in the file). */
  contentsBytes: 16_384,
  nameCharacters: 300,
  commentCharacters: 1_000,
  /** A file that is imported as a picture of a hand or a seal. */
  imageBytes: 8 * 1024 * 1024,
} as const

/** The same limits with other numbers, for tests. */
export type Limits = Readonly<Record<keyof typeof limits, number>>

/** The ports that the agent tries in this order when neither policy nor native host names one. */
export const ports = [27181, 27182, 27183, 27184, 27185] as const

/** A place of a mark that was read with less certainty than this is a proposal. */
export const sureFrom = 0.7

/** Marks whose size the rule fixes, or their own text: they are moved, never stretched. */
export const fixedSize: readonly string[] = ['seal', 'arrival', 'appendix', 'copy'] satisfies MarkName[]

/** Points: a smaller mark cannot be seen, a larger one is no mark any more. */
export const markSides = { least: 6, most: 400 }
