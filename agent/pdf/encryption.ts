import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { refuse } from '../../shared/errors.ts'
import type { Resolve } from './decode-stream.ts'
import { fileKeyOf, md5, rc4 } from './encryption-key.ts'
import { isName, PdfDict, PdfName, PdfString } from './objects.ts'
import type { PdfObject, PdfRef } from './objects.ts'

type Method = 'none' | 'rc4' | 'aes-128' | 'aes-256'

/** The standard security handler (ISO 32000-2, 7.6.4), opened with the empty password, be it the user's or the owner's. */
export interface Encryption {
  /** Whether new form fields and annotations may be made (table 22, bits 4 and 6). */
  readonly allowsFields: boolean
  /** Whether existing form fields may be filled in and signed (bits 6 and 9). */
  readonly allowsFilling: boolean
  /** The object with its strings decrypted. */
  decryptStrings(object: PdfObject, ref: PdfRef): PdfObject
  /** The object with its strings encrypted, as it is written under this number. */
  encryptStrings(object: PdfObject, ref: PdfRef): PdfObject
  decryptStream(dict: PdfDict, bytes: Uint8Array, ref: PdfRef): Uint8Array
  encryptStream(dict: PdfDict, bytes: Uint8Array, ref: PdfRef): Uint8Array
}

/**
 * Undefined for a document that is not encrypted. Throws `document-encrypted` when the empty password does not open
 * it, or when it is not encrypted with the standard security handler.
 */
export function encryptionOf(trailer: PdfDict, resolve: Resolve): Encryption | undefined {
  if (!trailer.has('Encrypt')) return undefined
  const dict = resolve(trailer.get('Encrypt'))
  if (!(dict instanceof PdfDict) || !isName(resolve(dict.get('Filter')), 'Standard')) return refuse('document-encrypted')
  const numberOf = (key: string, otherwise: number) => {
    const value = resolve(dict.get(key))
    return typeof value === 'number' ? value : otherwise
  }
  const bytesOf = (object: PdfObject) => (object instanceof PdfString ? object.bytes : new Uint8Array(0))
  const version = numberOf('V', 0)
  const id = resolve(trailer.get('ID'))
  const permissions = numberOf('P', 0)
  const encryptsMetadata = resolve(dict.get('EncryptMetadata')) !== false
  const revision = numberOf('R', 0)
  const opened = fileKeyOf({
    revision,
    keyBytes: version === 1 ? 5 : version >= 4 ? 16 : Math.min(16, Math.max(5, numberOf('Length', 40) >> 3)),
    ownerEntry: bytesOf(resolve(dict.get('O'))),
    userEntry: bytesOf(resolve(dict.get('U'))),
    userKeyEntry: bytesOf(resolve(dict.get('UE'))),
    ownerKeyEntry: bytesOf(resolve(dict.get('OE'))),
    permissions,
    firstId: bytesOf(resolve(Array.isArray(id) ? id[0] : null)),
    encryptsMetadata,
  })
  if (opened === undefined) return refuse('document-encrypted')
  const { key, isOwner } = opened
  const methodOf = (filter: string) => {
    const method = version < 4 ? 'rc4' : methodNamed(dict, filter, resolve)
    return method === 'aes-256' && key.length !== 32 ? refuse('document-encrypted') : method
  }
  const allowsFields = isOwner || ((permissions & 8) !== 0 && (permissions & 32) !== 0)
  const allowsFilling = isOwner || (permissions & 32) !== 0 || (revision >= 3 && (permissions & 256) !== 0)
  return new StandardEncryption({ key, stringMethod: methodOf('StrF'), streamMethod: methodOf('StmF'), encryptsMetadata, allowsFields, allowsFilling })
}

/** The method of a crypt filter (7.6.6). */
function methodNamed(dict: PdfDict, filter: string, resolve: Resolve): Method {
  const name = resolve(dict.get(filter))
  if (!(name instanceof PdfName) || name.value === 'Identity') return 'none'
  const filters = resolve(dict.get('CF'))
  const chosen = filters instanceof PdfDict ? resolve(filters.get(name.value)) : null
  const method = chosen instanceof PdfDict ? resolve(chosen.get('CFM')) : null
  if (isName(method, 'V2')) return 'rc4'
  if (isName(method, 'AESV2')) return 'aes-128'
  if (isName(method, 'AESV3')) return 'aes-256'
  return isName(method, 'None') ? 'none' : refuse('document-encrypted')
}

interface Opened {
  readonly key: Uint8Array
  readonly stringMethod: Method
  readonly streamMethod: Method
  readonly encryptsMetadata: boolean
  readonly allowsFields: boolean
  readonly allowsFilling: boolean
}

class StandardEncryption implements Encryption {
  readonly #opened: Opened

  constructor(opened: Opened) {
    this.#opened = opened
  }

  get allowsFields(): boolean {
    return this.#opened.allowsFields
  }

  get allowsFilling(): boolean {
    return this.#opened.allowsFilling
  }

  decryptStrings(object: PdfObject, ref: PdfRef): PdfObject {
    const { stringMethod } = this.#opened
    return mapStrings(object, (bytes) => decrypt(stringMethod, this.#keyFor(stringMethod, ref), bytes))
  }

  encryptStrings(object: PdfObject, ref: PdfRef): PdfObject {
    const { stringMethod } = this.#opened
    return mapStrings(object, (bytes) => encrypt(stringMethod, this.#keyFor(stringMethod, ref), bytes))
  }

  decryptStream(dict: PdfDict, bytes: Uint8Array, ref: PdfRef): Uint8Array {
    const method = this.#methodOf(dict)
    return decrypt(method, this.#keyFor(method, ref), bytes)
  }

  encryptStream(dict: PdfDict, bytes: Uint8Array, ref: PdfRef): Uint8Array {
    const method = this.#methodOf(dict)
    return encrypt(method, this.#keyFor(method, ref), bytes)
  }

  /** Cross-reference streams are never encrypted, metadata not always, nor what names its own crypt filter. */
  #methodOf(dict: PdfDict): Method {
    const filter = dict.get('Filter')
    const first = Array.isArray(filter) ? filter[0] : filter
    if (isName(dict.get('Type'), 'XRef') || isName(first, 'Crypt')) return 'none'
    if (!this.#opened.encryptsMetadata && isName(dict.get('Type'), 'Metadata')) return 'none'
    return this.#opened.streamMethod
  }

  /** Algorithm 1 (7.6.3.2): each object has its own key, but for AES-256. */
  #keyFor(method: Method, { number, generation }: PdfRef): Uint8Array {
    const { key } = this.#opened
    if (method === 'none' || method === 'aes-256') return key
    const place = Uint8Array.of(number, number >> 8, number >> 16, generation, generation >> 8)
    const salt = method === 'aes-128' ? Buffer.from('sAlT') : new Uint8Array(0)
    return md5(key, place, salt).subarray(0, Math.min(key.length + 5, 16))
  }
}

/** A copy with other strings; /Contents of a signature is never encrypted (7.6.2). */
function mapStrings(object: PdfObject, change: (bytes: Uint8Array) => Uint8Array): PdfObject {
  if (object instanceof PdfString) return new PdfString(change(object.bytes), object.hex)
  if (Array.isArray(object)) return object.map((item) => mapStrings(item, change))
  if (!(object instanceof PdfDict)) return object
  const isSignature = object.has('ByteRange')
  return new PdfDict([...object].map(([key, value]) => [key, isSignature && key === 'Contents' ? value : mapStrings(value, change)]))
}

function encrypt(method: Method, key: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (method === 'none') return bytes
  if (method === 'rc4') return rc4(key, bytes)
  const vector = randomBytes(16)
  const cipher = createCipheriv(`${method}-cbc`, key, vector)
  return new Uint8Array(Buffer.concat([vector, cipher.update(bytes), cipher.final()]))
}

/** Data that is too short, or padded wrongly, gives what there is. */
function decrypt(method: Method, key: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (method === 'none') return bytes
  if (method === 'rc4') return rc4(key, bytes)
  if (bytes.length < 32) return new Uint8Array(0)
  const decipher = createDecipheriv(`${method}-cbc`, key, bytes.subarray(0, 16)).setAutoPadding(false)
  const whole = 16 + ((bytes.length - 16) & ~15)
  const padded = Buffer.concat([decipher.update(bytes.subarray(16, whole)), decipher.final()])
  const filling = padded.at(-1) ?? 0
  return new Uint8Array(filling >= 1 && filling <= 16 ? padded.subarray(0, padded.length - filling) : padded)
}
