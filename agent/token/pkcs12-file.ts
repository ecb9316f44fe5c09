import { createPublicKey, X509Certificate, type KeyObject } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { refusal, refuse } from '../../shared/errors.ts'
import { algorithmOf, certificateFacts, chainAbove, sha256Of } from './certificate.ts'
import type { Driver } from './driver.ts'
import { signEcdsa } from './ecdsa.ts'
import type { HostedKey, HostListing, KeyName, SlotView, UnlockedBy } from './host-calls.ts'
import { usualScheme, type SignatureScheme } from './key-source.ts'
import { signPkcs1 } from './pkcs1.ts'
import { PasswordMismatch } from './pkcs12-decrypt.ts'
import { signPss } from './pss.ts'
import { openBags, openWith, readContainer, type ContainerContent, type KeyContainer } from './pkcs12-reader.ts'

/** Far above any key file: what is larger is something else. */
const largestBytes = 4 * 1024 * 1024

/** A PKCS#12 key file (RFC 7292). @throws RefusalError key-file-missing, key-file-unreadable */
export function openKeyFile(file: string): Driver {
  readFile(file)
  return new KeyFile(file)
}

class KeyFile implements Driver {
  readonly #file: string
  #key: KeyObject | undefined
  #scheme = usualScheme

  constructor(file: string) {
    this.#file = file
  }

  /** Certificates are mostly encrypted too: then those of a file beside this one tell whose key it is. */
  list(): HostListing {
    const content = openContent(this.#file, readFile(this.#file))
    const shown = [...content, ...companions(this.#file)]
    const keys = distinct(shown).flatMap((certificate) => this.#keyInfo(certificate, shown))
    return { keys, problems: keys.length === 0 ? [refusal('certificate-hidden', { file: path.basename(this.#file) })] : [] }
  }

  /** A file is plugged in nowhere. */
  slots(): SlotView[] {
    return []
  }

  login({ certificateSha256 }: KeyName, password: string | undefined, scheme: SignatureScheme): UnlockedBy {
    const { certificates, keys } = unlock(this.#file, password ?? '')
    const known = [...certificates.map((der) => new X509Certificate(der)), ...companions(this.#file)]
    const certificate = known.find(({ raw }) => sha256Of(raw) === certificateSha256)
    if (certificate === undefined) return refuse('certificate-missing')
    const wanted = publicPart(certificate.publicKey)
    const key = keys.find((candidate) => publicPart(createPublicKey(candidate)).equals(wanted))
    if (key === undefined) return refuse('key-missing', { holder: certificateFacts(certificate.raw).holder })
    this.#key = key
    this.#scheme = scheme
    return { scheme, alwaysAuthenticate: false }
  }

  sign(digest: Uint8Array): Uint8Array {
    if (this.#key === undefined) throw new Error('no key is unlocked')
    if (this.#key.asymmetricKeyType !== 'rsa') return signEcdsa(this.#key, digest)
    const { padding, digest: name } = this.#scheme
    return new Uint8Array((padding === 'pss' ? signPss : signPkcs1)(this.#key, digest, name))
  }

  /** A file is not plugged in: it is read anew at every listing. */
  look(): 'same' {
    return 'same'
  }

  close(): void {
    this.#key = undefined
  }

  #keyInfo(certificate: X509Certificate, others: readonly X509Certificate[]): HostedKey[] {
    const algorithm = algorithmOf(certificate)
    if (certificate.ca || algorithm === undefined) return []
    const info: HostedKey = {
      certificateSha256: sha256Of(certificate.raw),
      certificate: new Uint8Array(certificate.raw),
      chain: chainAbove(certificate, others).map(({ raw }) => new Uint8Array(raw)),
      tokenSerial: this.#file,
      tokenLabel: path.basename(this.#file),
      kind: 'file',
      algorithm,
      pinPad: false,
      pinLocked: false,
      pinFinalTry: false,
    }
    return [info]
  }
}

function readFile(file: string): KeyContainer {
  const name = path.basename(file)
  let bytes: Buffer
  try {
    if (statSync(file).size > largestBytes) throw new RangeError('the file is too large for a key file')
    bytes = readFileSync(file)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') refuse('key-file-missing', { file: name }, cause)
    return refuse('key-file-unreadable', { file: name }, cause)
  }
  try {
    return readContainer(bytes)
  } catch (cause) {
    return refuse('key-file-unreadable', { file: name }, cause)
  }
}

/** What opens without a password, or with an empty one. */
function openContent(file: string, container: KeyContainer): X509Certificate[] {
  try {
    return openWith(container, '').certificates.map((der) => new X509Certificate(der))
  } catch (cause) {
    if (!(cause instanceof PasswordMismatch)) return refuse('key-file-unreadable', { file: path.basename(file) }, cause)
    return openBags(container).certificates.map((der) => new X509Certificate(der))
  }
}

function unlock(file: string, password: string): ContainerContent {
  const token = path.basename(file)
  const container = readFile(file)
  try {
    return openWith(container, password)
  } catch (cause) {
    if (cause instanceof PasswordMismatch) refuse('pin-wrong', { token, triesLeft: '' }, cause)
    return refuse('key-file-unreadable', { file: token }, cause)
  }
}

/** The certificates of `name.crt` or `name.pem` beside `name.p12`, PEM, the holder's first. */
function companions(file: string): X509Certificate[] {
  const bare = file.slice(0, file.length - path.extname(file).length)
  const candidates = [bare, file].flatMap((stem) => [`${stem}.crt`, `${stem}.pem`])
  const found = candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile() === true)
  if (found === undefined) return []
  const blocks = readFileSync(found, 'latin1').match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
  try {
    return blocks.map((block) => new X509Certificate(block))
  } catch (cause) {
    return refuse('key-file-unreadable', { file: path.basename(found) }, cause)
  }
}

function distinct(certificates: readonly X509Certificate[]): X509Certificate[] {
  return [...new Map(certificates.map((certificate) => [certificate.fingerprint256, certificate])).values()]
}

function publicPart(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' })
}
