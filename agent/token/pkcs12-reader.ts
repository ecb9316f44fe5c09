import { createHmac, createPrivateKey, timingSafeEqual, type KeyObject } from 'node:crypto'
import forge from 'node-forge'
import { decryptContent, pkcs12Key, PasswordMismatch, UnknownScheme, type Password } from './pkcs12-decrypt.ts'
import { hashNamed, integerOf, nodeAt, octetsOf, oidOf, partsOf, type Asn1 } from './pkcs12-asn1.ts'

/** The parts of a PKCS#12 file (RFC 7292, section 4) as they lie there: what needs no password is open already. */
export interface KeyContainer {
  parts: ContainerPart[]
  /** AuthenticatedSafe as it is under the MAC, and the MAC itself; undefined where the file has none. */
  mac: { content: Buffer; digest: Buffer; salt: Buffer; iterations: number; hash: string } | undefined
}

type ContainerPart = { bags: Asn1 } | { algorithm: Asn1; encrypted: Buffer }

export interface ContainerContent {
  /** DER, in the order of the file. */
  certificates: Buffer[]
  keys: KeyObject[]
}

const oids = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  keyBag: '1.2.840.113549.1.12.10.1.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  safeContentsBag: '1.2.840.113549.1.12.10.1.6',
  x509Certificate: '1.2.840.113549.1.9.22.1',
}

/** @throws Error of any kind for bytes that are not a PKCS#12 file */
export function readContainer(bytes: Uint8Array): KeyContainer {
  const pfx = partsOf(parse(Buffer.from(bytes)))
  const [, authSafe, macData] = pfx
  const content = contentOf(nodeAt(authSafe), oids.data)
  return { parts: partsOf(parse(content)).map(readPart), mac: macData === undefined ? undefined : readMac(macData, content) }
}

/** What the file shows to everybody: often nothing, since most programs encrypt the certificates too. */
export function openBags(container: KeyContainer): ContainerContent {
  return collect(container.parts.flatMap((part) => ('bags' in part ? partsOf(part.bags) : [])))
}

/** @throws PasswordMismatch, UnknownScheme, or another Error for a damaged file */
export function openWith(container: KeyContainer, typed: string): ContainerContent {
  const password = passwordFor(container, typed)
  try {
    const bags = container.parts.flatMap((part) => partsOf('bags' in part ? part.bags : parse(decryptContent(part.algorithm, part.encrypted, password))))
    return collect(bags, password)
  } catch (cause) {
    // Without a MAC a wrong password shows only in what comes out.
    if (container.mac !== undefined || cause instanceof UnknownScheme) throw cause
    throw new PasswordMismatch('what comes out makes no sense', { cause })
  }
}

/**
 * The password in the encoding that this file was made with. RFC 7292 B.1 says UTF-16 (BMPString) with a closing
 * zero; some programs took the bytes of UTF-8 for characters, and an empty password may also be no bytes at all.
 */
function passwordFor({ mac }: KeyContainer, text: string): Password {
  const utf8 = Buffer.from(text, 'utf8')
  const encodings = [bmpString(text)]
  if (utf8.length !== text.length) encodings.push(bmpString(utf8.toString('latin1')))
  if (text === '') encodings.push(Buffer.alloc(0))
  if (mac === undefined) return { bmp: bmpString(text), utf8 }
  const bmp = encodings.find((candidate) => {
    const key = pkcs12Key(candidate, mac.salt, 3, mac.iterations, mac.digest.length, mac.hash)
    return timingSafeEqual(createHmac(mac.hash, key).update(mac.content).digest(), mac.digest)
  })
  if (bmp === undefined) throw new PasswordMismatch()
  return { bmp, utf8 }
}

function bmpString(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'utf16le').swap16()
}

function readPart(contentInfo: Asn1): ContainerPart {
  const [type] = partsOf(contentInfo)
  if (oidOf(nodeAt(type)) === oids.data) return { bags: parse(contentOf(contentInfo, oids.data)) }
  // EncryptedData (RFC 5652, section 8): version, then EncryptedContentInfo.
  const [, info] = partsOf(explicit(contentInfo, oids.encryptedData))
  const [, algorithm, encrypted] = partsOf(nodeAt(info))
  return { algorithm: nodeAt(algorithm), encrypted: octetsOf(nodeAt(encrypted)) }
}

function readMac(macData: Asn1, content: Buffer): NonNullable<KeyContainer['mac']> {
  const [digestInfo, salt, iterations] = partsOf(macData)
  const [algorithm, digest] = partsOf(nodeAt(digestInfo))
  const hash = hashNamed(oidOf(nodeAt(partsOf(nodeAt(algorithm))[0])))
  if (hash === undefined) throw new UnknownScheme('the MAC uses a digest that is not known here')
  return { content, digest: octetsOf(nodeAt(digest)), salt: octetsOf(nodeAt(salt)), iterations: iterations === undefined ? 1 : integerOf(iterations), hash }
}

function collect(bags: readonly Asn1[], password?: Password): ContainerContent {
  const content: ContainerContent = { certificates: [], keys: [] }
  for (const bag of bags) {
    const [id, wrapped] = partsOf(bag)
    const value = nodeAt(partsOf(nodeAt(wrapped))[0])
    const type = oidOf(nodeAt(id))
    if (type === oids.certBag) content.certificates.push(...certificateIn(value))
    if (type === oids.keyBag) content.keys.push(privateKey(derOf(value)))
    if (type === oids.shroudedKeyBag && password !== undefined) content.keys.push(shroudedKey(value, password))
    if (type === oids.safeContentsBag) {
      const inner = collect(partsOf(value), password)
      content.certificates.push(...inner.certificates)
      content.keys.push(...inner.keys)
    }
  }
  return content
}

function certificateIn(certBag: Asn1): Buffer[] {
  const [type, wrapped] = partsOf(certBag)
  if (oidOf(nodeAt(type)) !== oids.x509Certificate) return []
  return [octetsOf(nodeAt(partsOf(nodeAt(wrapped))[0]))]
}

function shroudedKey(value: Asn1, password: Password): KeyObject {
  const [algorithm, encrypted] = partsOf(value)
  return privateKey(decryptContent(nodeAt(algorithm), octetsOf(nodeAt(encrypted)), password))
}

function privateKey(pkcs8: Buffer): KeyObject {
  return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
}

/** The content of a ContentInfo (RFC 5652, section 3) of this type, an OCTET STRING. */
function contentOf(contentInfo: Asn1, type: string): Buffer {
  return octetsOf(explicit(contentInfo, type))
}

function explicit(contentInfo: Asn1, type: string): Asn1 {
  const [id, wrapped] = partsOf(contentInfo)
  if (oidOf(nodeAt(id)) !== type) throw new UnknownScheme(`a content of the type ${oidOf(nodeAt(id))}`)
  return nodeAt(partsOf(nodeAt(wrapped))[0])
}

/** BER: Windows writes such files with indefinite lengths and strings in pieces. */
function parse(bytes: Buffer): Asn1 {
  return forge.asn1.fromDer(forge.util.createBuffer(bytes.toString('latin1')))
}

function derOf(node: Asn1): Buffer {
  return Buffer.from(forge.asn1.toDer(node).getBytes(), 'latin1')
}
