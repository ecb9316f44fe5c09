import * as v from 'valibot'
import { isErrorCode, type ErrorCode, type Refusal } from '../errors.ts'
import { limits } from './limits.ts'

/** The shapes that several verbs share. */
export const uuid = v.pipe(v.string(), v.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/))
export const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
export const nonce = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
export const sequence = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_ffff))
export const sizeBytes = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(limits.documentBytes))

/** Text from a page or a file: shown, never used as a path. */
export const label = v.pipe(v.string(), v.maxLength(limits.nameCharacters))

/** An ECDH P-256 public key as an uncompressed point, base64. */
export const publicKey = v.pipe(v.string(), v.base64(), v.length(88))

export const refusal: v.GenericSchema<Refusal> = v.strictObject({
  code: v.custom<ErrorCode>((input) => typeof input === 'string' && isErrorCode(input)),
  facts: v.record(v.pipe(v.string(), v.maxLength(40)), v.pipe(v.string(), v.maxLength(500))),
})

export const origin = v.pipe(v.string(), v.maxLength(300), v.regex(/^https?:\/\/[^/\s]+$/))

/** Of the extension itself, as browsers name it: it stands where files of this PC are signed, which no page asked for. */
export const extensionOrigin = v.pipe(v.string(), v.regex(/^(chrome-extension:\/\/[a-p]{32}|moz-extension:\/\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/))

/** Who asks for signatures: a page of a site, or the extension in its own name. */
export const pageOrigin = v.union([origin, extensionOrigin])
