import { createECDH, ECDH, randomBytes, type KeyObject } from 'node:crypto'
import { readElement, readElements, writeShortElement } from './der.ts'

/**
 * ECDSA over a digest that is already there (FIPS 186-5, section 6.4). node:crypto signs and verifies messages only,
 * so the two equations are computed here; every multiplication of a point is done by node:crypto's ECDH.
 */
interface Curve {
  name: string
  sizeBytes: number
  /** The prime of the field and the order of the base point (SP 800-186, 3.2.1). a = -3 on both curves. */
  p: bigint
  n: bigint
}

type Point = { x: bigint; y: bigint } | 'infinity'

const curves: Record<string, Curve> = {
  'P-256': {
    name: 'prime256v1',
    sizeBytes: 32,
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  'P-384': {
    name: 'secp384r1',
    sizeBytes: 48,
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  },
}

/** Of a digest only that much counts, from its front (FIPS 186-5, section 6.4.1, step 2). */
export const orderBytes = { 'ecdsa-p256': 32, 'ecdsa-p384': 48 } as const

/** @returns the value as DER (RFC 3279, section 2.2.3) */
export function signEcdsa(key: KeyObject, digest: Uint8Array): Uint8Array {
  const { curve, d } = privateKeyOf(key)
  const { n, sizeBytes } = curve
  // Per-message secret from extra random bits (FIPS 186-5, A.3.1).
  const k = mod(toInteger(randomBytes(sizeBytes + 8)), n - 1n) + 1n
  const blind = mod(toInteger(randomBytes(sizeBytes + 8)), n - 1n) + 1n
  const point = timesBase(curve, k)
  const r = point === 'infinity' ? 0n : mod(point.x, n)
  const s = mod(inverse(k * blind, n) * (toInteger(digest.subarray(0, sizeBytes)) * blind + mod(r * blind, n) * d), n)
  return r === 0n || s === 0n ? signEcdsa(key, digest) : writeValue(r, s, sizeBytes)
}

/** @param value DER; what is not a value of this curve is simply not valid */
export function verifyEcdsa(key: KeyObject, digest: Uint8Array, value: Uint8Array): boolean {
  const { curve, q } = publicKeyOf(key)
  const { n, sizeBytes } = curve
  const pair = readValue(value)
  if (pair === undefined || pair.r <= 0n || pair.r >= n || pair.s <= 0n || pair.s >= n) return false
  const w = inverse(pair.s, n)
  const u1 = mod(toInteger(digest.subarray(0, sizeBytes)) * w, n)
  const u2 = mod(pair.r * w, n)
  const point = add(curve, u1 === 0n ? 'infinity' : timesBase(curve, u1), timesPoint(curve, u2, q))
  return point !== 'infinity' && mod(point.x, n) === pair.r
}

/** r and s as PKCS#11 gives them (CKM_ECDSA: both at the length of the order) as DER. */
export function ecdsaDer(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2
  return writeValue(toInteger(raw.subarray(0, half)), toInteger(raw.subarray(half)), half)
}

function timesBase(curve: Curve, k: bigint): Point {
  const base = createECDH(curve.name)
  base.setPrivateKey(toBytes(k, curve.sizeBytes))
  return pointOf(curve, base.getPublicKey())
}

/** ECDH tells only x; the right one of the two points with that x is the one that, with q added, is (k + 1) q. */
function timesPoint(curve: Curve, k: bigint, q: Point): Point {
  const x = timesX(curve, k, q)
  const found = ECDH.convertKey(Buffer.concat([Buffer.of(2), toBytes(x, curve.sizeBytes)]), curve.name, undefined, undefined, 'uncompressed')
  const point = pointOf(curve, found as Buffer)
  if (point === 'infinity') return point
  const next = add(curve, point, q)
  const isNext = k + 1n === curve.n ? next === 'infinity' : next !== 'infinity' && next.x === timesX(curve, k + 1n, q)
  return isNext ? point : { x, y: curve.p - point.y }
}

function timesX(curve: Curve, k: bigint, q: Point): bigint {
  const multiplier = createECDH(curve.name)
  multiplier.setPrivateKey(toBytes(k, curve.sizeBytes))
  return toInteger(multiplier.computeSecret(encoded(curve, q)))
}

function add({ p }: Curve, a: Point, b: Point): Point {
  if (a === 'infinity') return b
  if (b === 'infinity') return a
  if (a.x === b.x && a.y !== b.y) return 'infinity'
  const slope = a.x === b.x ? (3n * a.x * a.x - 3n) * inverse(2n * a.y, p) : (b.y - a.y) * inverse(b.x - a.x, p)
  const x = mod(slope * slope - a.x - b.x, p)
  return { x, y: mod(slope * (a.x - x) - a.y, p) }
}

function pointOf({ sizeBytes }: Curve, uncompressed: Uint8Array): Point {
  return { x: toInteger(uncompressed.subarray(1, 1 + sizeBytes)), y: toInteger(uncompressed.subarray(1 + sizeBytes)) }
}

function encoded({ sizeBytes }: Curve, point: Point): Buffer {
  if (point === 'infinity') throw new RangeError('the point at infinity has no encoding')
  return Buffer.concat([Buffer.of(4), toBytes(point.x, sizeBytes), toBytes(point.y, sizeBytes)])
}

function privateKeyOf(key: KeyObject): { curve: Curve; d: bigint } {
  const { crv = '', d = '' } = key.export({ format: 'jwk' })
  return { curve: curveNamed(crv), d: toInteger(Buffer.from(d, 'base64url')) }
}

function publicKeyOf(key: KeyObject): { curve: Curve; q: Point } {
  const { crv = '', x = '', y = '' } = key.export({ format: 'jwk' })
  return { curve: curveNamed(crv), q: { x: toInteger(Buffer.from(x, 'base64url')), y: toInteger(Buffer.from(y, 'base64url')) } }
}

function curveNamed(name: string): Curve {
  const curve = curves[name]
  if (curve === undefined) throw new RangeError(`no such curve here: ${name}`)
  return curve
}

function readValue(value: Uint8Array): { r: bigint; s: bigint } | undefined {
  try {
    const [r, s, ...more] = readElements(readElement(value, 0x30).content)
    if (r?.tag !== 2 || s?.tag !== 2 || more.length > 0) return undefined
    return isNegative(r.content) || isNegative(s.content) ? undefined : { r: toInteger(r.content), s: toInteger(s.content) }
  } catch (cause) {
    if (cause instanceof RangeError) return undefined
    throw cause
  }
}

function isNegative(content: Uint8Array): boolean {
  return (content[0] ?? 0) >= 0x80
}

function writeValue(r: bigint, s: bigint, sizeBytes: number): Uint8Array {
  return writeShortElement(0x30, Uint8Array.of(...writeInteger(r, sizeBytes), ...writeInteger(s, sizeBytes)))
}

function writeInteger(value: bigint, sizeBytes: number): Uint8Array {
  const bytes = toBytes(value, sizeBytes)
  const first = bytes.findIndex((byte) => byte !== 0)
  const shortest = first < 0 ? bytes.subarray(-1) : bytes.subarray(first)
  const needsSign = (shortest[0] ?? 0) >= 0x80
  return writeShortElement(2, needsSign ? Uint8Array.of(0, ...shortest) : shortest)
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b] = [mod(value, modulus), modulus]
  let [x, y] = [1n, 0n]
  while (a > 1n) {
    const quotient = b / a
    ;[a, b] = [b % a, a]
    ;[x, y] = [y - quotient * x, x]
  }
  return mod(x, modulus)
}

function mod(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus
  return rest < 0n ? rest + modulus : rest
}

function toInteger(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

function toBytes(value: bigint, sizeBytes: number): Buffer {
  return Buffer.from(value.toString(16).padStart(sizeBytes * 2, '0'), 'hex')
}
