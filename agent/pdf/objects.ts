/**
 * The object model of PDF (ISO 32000-2, 7.3). Objects that were read are shared: copy before changing
 * (`new PdfDict(dict)`, `[...array]`).
 */
export type PdfObject = null | boolean | number | PdfName | PdfString | PdfRef | PdfArray | PdfDict | PdfStream
export type PdfArray = PdfObject[]

/** A name; `value` holds its bytes after `#xx` decoding, one character (U+0000…U+00FF) a byte. */
export class PdfName {
  readonly value: string

  constructor(value: string) {
    this.value = value
  }
}

/** A string: bytes. `hex` remembers the form in which it is written, `<…>` or `(…)`. */
export class PdfString {
  readonly bytes: Uint8Array
  readonly hex: boolean

  constructor(bytes: Uint8Array, hex = false) {
    this.bytes = bytes
    this.hex = hex
  }
}

/** An indirect reference, `12 0 R`. */
export class PdfRef {
  readonly number: number
  readonly generation: number

  constructor(number: number, generation = 0) {
    this.number = number
    this.generation = generation
  }
}

/** A dictionary: keys are name values without the slash. Of a key that is written twice the last one counts. */
export class PdfDict extends Map<string, PdfObject> {}

/** What a stream can do with its body; the document that owns the bytes provides it. */
export interface StreamBody {
  /** The bytes as they stand in the file (decrypted), read when asked for. */
  raw(): Uint8Array
  /** The bytes after all filters. Throws `document-unreadable` for unknown filters, damaged data and bombs. */
  decoded(): Uint8Array
}

/** A stream: its dictionary, and its body, which stays in the file until it is asked for. */
export class PdfStream implements StreamBody {
  readonly dict: PdfDict
  readonly #body: StreamBody

  constructor(dict: PdfDict, body: StreamBody) {
    this.dict = dict
    this.#body = body
  }

  raw(): Uint8Array {
    return this.#body.raw()
  }

  decoded(): Uint8Array {
    return this.#body.decoded()
  }
}

export function name(value: string): PdfName {
  return new PdfName(value)
}

export function dict(entries: Record<string, PdfObject | undefined>): PdfDict {
  const made = new PdfDict()
  for (const [key, value] of Object.entries(entries)) if (value !== undefined) made.set(key, value)
  return made
}

export function isName(object: PdfObject | undefined, value: string): boolean {
  return object instanceof PdfName && object.value === value
}

export function sameRef(one: PdfRef | undefined, other: PdfRef | undefined): boolean {
  return one !== undefined && other !== undefined && one.number === other.number && one.generation === other.generation
}
