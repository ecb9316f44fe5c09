import { execFile } from 'node:child_process'
import { constants, createHash, createPrivateKey, sign } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assembleSignedData } from '../../../agent/cms/assemble-signed-data.ts'
import { parseSignedData } from '../../../agent/cms/parse-signed-data.ts'
import { readDer } from '../../../agent/cms/read-der.ts'
import { checkSignature, type MadeScheme } from '../../../agent/cms/signature-scheme.ts'
import { buildSignedAttributes, digestToSign } from '../../../agent/cms/signed-attributes.ts'
import { createAuthority } from '../../../demo/authority/authority.ts'
import type { Authority, Credential } from '../../../demo/authority/authority.ts'
import type { KeyKind } from '../../../demo/authority/key-pair.ts'

const run = promisify(execFile)
const content = Buffer.from('Công văn số 12/SNV-VP\n'.repeat(500))
let folder: string
let authority: Authority

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antin-cms-'))
  authority = await createAuthority(join(folder, 'authority'))
  await writeFile(join(folder, 'content'), content)
})
afterAll(() => rm(folder, { recursive: true }))

const digests = ['sha256', 'sha384', 'sha512'] as const
const kinds = [['rsa-2048', 'rsa-pkcs1'], ['rsa-3072', 'rsa-pss'], ['p-256', 'ecdsa'], ['p-384', 'ecdsa']] as const

describe('a container that is built here', () => {
  it.each(kinds.flatMap(([key, kind]) => digests.map((digest) => ({ key, kind, digest }))))('verifies in openssl, as CAdES too ($key, $kind, $digest)', async ({ key, ...scheme }) => {
    const { container } = await signed(key, scheme)
    expect(parseSignedData(container).signer.scheme).toMatchObject(scheme)
    await expect(opensslVerify(container, [])).resolves.toContain('successful')
    await expect(opensslVerify(container, ['-cades'])).resolves.toContain('successful')
  })

  it('does not verify in openssl once a byte of it changes', async () => {
    const { container } = await signed('rsa-2048')
    const changed = Buffer.from(container)
    changed.writeUInt8(changed.readUInt8(changed.length - 5) ^ 1, changed.length - 5)
    await expect(opensslVerify(changed, [])).rejects.toThrow()
  })

  it('carries exactly the attributes of CAdES-B-B, and no time', async () => {
    const { container, credential } = await signed('rsa-2048')
    const path = join(folder, 'printed.der')
    await writeFile(path, container)
    const { stdout } = await run('openssl', ['cms', '-cmsout', '-print', '-inform', 'DER', '-in', path])
    const attributes = [...stdout.slice(stdout.indexOf('signedAttrs')).matchAll(/object: (\S+) \(/g)].map(([, name]) => name)
    expect(attributes.toSorted()).toEqual(['contentType', 'id-smime-aa-signingCertificateV2', 'messageDigest'])
    expect(stdout).toContain('eContent: <ABSENT>')
    const { signer } = parseSignedData(container)
    expect(signer.signingTime).toBeUndefined()
    expect(signer.signingCertificate?.digest).toBe('sha256')
    const certificateHash = createHash('sha256').update(credential.certificateDer).digest('hex')
    expect(hex(signer.signingCertificate?.certificateHash ?? new Uint8Array())).toBe(certificateHash)
  })

  it('is read again as what was put in, zeros behind it included', async () => {
    const { container, credential, signedAttributes } = await signed('rsa-2048')
    const { certificates, signer } = parseSignedData(Buffer.concat([container, Buffer.alloc(300)]))
    expect(certificates.map(hex).toSorted()).toEqual([credential.certificateDer, authority.issuing.certificateDer].map(hex).toSorted())
    expect(hex(signer.signedAttributes)).toBe(hex(signedAttributes))
    expect(hex(signer.messageDigest)).toBe(createHash('sha256').update(content).digest('hex'))
    expect(signer.scheme).toEqual({ kind: 'rsa-pkcs1', digest: 'sha256' })
    expect(checkSignature(signer.scheme, createPrivateKey(credential.privateKeyPem), signer.signedAttributes, signer.signature)).toBe(true)
  })
})

/** The attribute, up to the last byte of its value. */
const signedContentType = '06092a864886f70d010903310b06092a864886f70d0107'

describe('a container that others built', () => {
  it('is read with RSASSA-PSS and with a key identifier', async () => {
    const credential = await authority.issue({ profile: 'leader', name: 'A', organisation: 'B' })
    const [key, certificate, out] = [join(folder, 'pss.key'), join(folder, 'pss.pem'), join(folder, 'pss.der')]
    await writeFile(key, credential.privateKeyPem)
    await writeFile(certificate, credential.certificatePem)
    await run('openssl', [
      'cms', '-sign', '-binary', '-cades', '-keyid', '-md', 'sha384', '-in', join(folder, 'content'), '-signer', certificate,
      '-inkey', key, '-keyopt', 'rsa_padding_mode:pss', '-outform', 'DER', '-out', out,
    ])
    const { signer } = parseSignedData(await readFile(out))
    expect(signer.identifier.kind).toBe('key-identifier')
    expect(signer.scheme).toMatchObject({ kind: 'rsa-pss', digest: 'sha384' })
    expect(hex(signer.messageDigest)).toBe(createHash('sha384').update(content).digest('hex'))
    const privateKey = createPrivateKey(credential.privateKeyPem)
    expect(checkSignature(signer.scheme, privateKey, signer.signedAttributes, signer.signature)).toBe(true)
    const plain = sign('sha384', signer.signedAttributes, { key: privateKey, padding: constants.RSA_PKCS1_PADDING })
    expect(checkSignature(signer.scheme, privateKey, signer.signedAttributes, plain)).toBe(false)
  })

  it.each([
    ['nothing', () => Buffer.alloc(0)],
    ['zeros alone', () => Buffer.alloc(4000)],
    ['half a container', (whole: Buffer) => whole.subarray(0, whole.length / 2)],
    ['other bytes behind it', (whole: Buffer) => Buffer.concat([whole, Buffer.from([0, 0, 1])])],
    ['an indefinite length', (whole: Buffer) => Buffer.concat([Buffer.from([0x30, 0x80]), readDer(whole).content, Buffer.alloc(2)])],
    ['a length in more bytes than it needs', (whole: Buffer) => Buffer.concat([Buffer.from([0x30, 0x83, 0]), whole.subarray(2)])],
    ['another content type', (whole: Buffer) => replaced(whole, '2a864886f70d010702', '2a864886f70d010703')],
    ['another signed content type', (whole: Buffer) => replaced(whole, `${signedContentType}01`, `${signedContentType}02`)],
    ['a digest that is not that of the signature', (whole: Buffer) => replaced(whole, '0609608648016503040201a0', '0609608648016503040203a0')],
  ])('is refused: %s', async (_what, change) => {
    const { container } = await signed('rsa-2048')
    expect(() => parseSignedData(change(Buffer.from(container)))).toThrow(expect.objectContaining({ name: 'DerError' }))
  })

  it('never makes the reader throw anything but its own error', async () => {
    const { container } = await signed('p-256')
    for (let index = 0; index < container.length; index++) {
      const changed = Buffer.from(container)
      changed.writeUInt8(changed.readUInt8(index) ^ (1 << index % 8), index)
      try {
        parseSignedData(changed)
      } catch (thrown) {
        expect(thrown).toMatchObject({ name: 'DerError' })
      }
    }
  })
})

/** A salt of the digest's length, as RFC 4056 wants it. */
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }

interface Signed {
  container: Uint8Array
  signedAttributes: Uint8Array
  credential: Credential
}

async function signed(kind: KeyKind, scheme: MadeScheme = { kind: 'rsa-pkcs1', digest: 'sha256' }): Promise<Signed> {
  const { digest } = scheme
  const credential = await authority.issue({ profile: 'leader', name: 'Trần Văn Bình', organisation: 'Sở Nội vụ', key: kind })
  const signedAttributes = buildSignedAttributes({ digest: createHash(digest).update(content).digest(), certificate: credential.certificateDer })
  // Signing the attributes and signing their digest are the same act; the token does the second.
  expect(hex(digestToSign(signedAttributes, digest))).toBe(createHash(digest).update(signedAttributes).digest('hex'))
  const signature = sign(digest, signedAttributes, { key: createPrivateKey(credential.privateKeyPem), ...(scheme.kind === 'rsa-pss' ? pss : {}) })
  const certificates = [credential.certificateDer, authority.issuing.certificateDer]
  const container = assembleSignedData({ signedAttributes, signature, certificates, scheme })
  return { container, signedAttributes, credential }
}

async function opensslVerify(container: Uint8Array, more: string[]): Promise<string> {
  const path = join(folder, 'container.der')
  await writeFile(path, container)
  const { stderr } = await run('openssl', ['cms', '-verify', '-binary', '-inform', 'DER', '-in', path, '-content', join(folder, 'content'),
    '-CAfile', join(folder, 'authority/root.pem'), '-purpose', 'any', '-out', '/dev/null', ...more])
  return stderr
}

function replaced(bytes: Buffer, from: string, to: string): Buffer {
  const text = bytes.toString('hex')
  expect(text.includes(from)).toBe(true)
  const at = text.lastIndexOf(from)
  return Buffer.from(text.slice(0, at) + to + text.slice(at + from.length), 'hex')
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
