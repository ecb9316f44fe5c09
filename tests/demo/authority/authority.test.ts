import { execFile } from 'node:child_process'
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import forge from 'node-forge'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthority } from '../../../demo/authority/authority.ts'
import type { Authority } from '../../../demo/authority/authority.ts'
import { keyKinds } from '../../../demo/authority/key-pair.ts'

const run = promisify(execFile)
let folder: string
let authority: Authority

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antin-authority-'))
  authority = await createAuthority(folder)
})
afterAll(() => rm(folder, { recursive: true }))

const leader = {
  profile: 'leader',
  name: 'Nguyễn Thị Bích Thủy',
  organisation: 'Sở Nội vụ tỉnh Lâm Sơn',
  unit: 'Ban Giám đốc',
  locality: 'Lâm Sơn',
  title: 'Giám đốc',
  email: 'thuyntb@lamson.invalid',
} as const

describe('the authority of the demo', () => {
  it('is made once and opened again after that, with its keys readable by the owner only', async () => {
    const again = await createAuthority(folder)
    expect(again.root.certificatePem).toBe(authority.root.certificatePem)
    expect(again.issuing.certificatePem).toBe(authority.issuing.certificatePem)
    expect((await stat(join(folder, 'root.key.pem'))).mode & 0o777).toBe(0o600)
    expect((await again.issue(leader)).chainDer[1]).toEqual(authority.root.certificateDer)
  })

  it('issues a certificate with the fields of a real one', async () => {
    const text = await described(Buffer.from((await authority.issue(leader)).certificateDer))
    expect(text).toContain('C = VN, L = Lâm Sơn, O = Sở Nội vụ tỉnh Lâm Sơn, OU = Ban Giám đốc, title = Giám đốc, CN = Nguyễn Thị Bích Thủy')
    expect(text).toContain('UID = CCCD:000')
    expect(text).toContain('Digital Signature, Non Repudiation, Key Encipherment')
    expect(text).toContain('TLS Web Client Authentication, E-mail Protection')
    expect(text).toContain('email:thuyntb@lamson.invalid')
    expect(text).toContain('sha256WithRSAEncryption')
    expect(text).toMatch(/Basic Constraints: critical\s+CA:FALSE/)
  })

  it('gives an agency a tax number, and keeps an identity that was asked for', async () => {
    const agency = await authority.issue({ profile: 'agency', name: 'Sở Nội vụ', organisation: 'UBND tỉnh Lâm Sơn' })
    expect(await described(Buffer.from(agency.certificateDer))).toMatch(/UID = MST:0\d{9}\b/)
    const named = await authority.issue({ ...leader, identity: 'CCCD:012345678901' })
    expect(await described(Buffer.from(named.certificateDer))).toContain('UID = CCCD:012345678901')
  })

  it.each(keyKinds)('issues for a %s key a chain that openssl accepts', async (key) => {
    const credential = await authority.issue({ ...leader, key })
    const certificate = new X509Certificate(credential.certificateDer)
    expect(certificate.checkPrivateKey(createPrivateKey(credential.privateKeyPem))).toBe(true)
    await writeFile(join(folder, `${key}.pem`), credential.certificatePem)
    const { stdout } = await run('openssl', [
      'verify', '-x509_strict', '-CAfile', join(folder, 'root.pem'), '-untrusted', join(folder, 'issuing.pem'), join(folder, `${key}.pem`),
    ])
    expect(stdout).toContain('OK')
  })

  it('issues what must be refused: expired, not yet valid, for another use', async () => {
    const [past, future] = [new Date('2020-01-01T00:00:00Z'), new Date('2090-01-01T00:00:00Z')]
    const expired = await authority.issue({ ...leader, notBefore: past, notAfter: new Date('2021-01-01T00:00:00Z') })
    expect(new X509Certificate(expired.certificateDer).validToDate.getUTCFullYear()).toBe(2021)
    const early = await authority.issue({ ...leader, notBefore: future, notAfter: new Date('2091-01-01T00:00:00Z') })
    expect(new X509Certificate(early.certificateDer).validFromDate.getUTCFullYear()).toBe(2090)
    const other = await described(Buffer.from((await authority.issue({ ...leader, usage: 'encryption' })).certificateDer))
    expect(other).toMatch(/Key Usage: critical\s+Key Encipherment, Data Encipherment/)
  })
})

describe('a key file', () => {
  it('opens in openssl and in node-forge, with key, chain, and a Vietnamese name', async () => {
    const credential = await authority.issue(leader)
    const path = join(folder, 'leader.p12')
    await credential.writePkcs12(path, 'mat-khau-1')
    const { stdout, stderr } = await run('openssl', ['pkcs12', '-info', '-nodes', '-in', path, '-passin', 'pass:mat-khau-1'])
    expect(stderr).toContain('AES-256-CBC')
    expect(stdout.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
    expect(stdout).toContain('BEGIN PRIVATE KEY')

    const file = forge.util.createBuffer((await readFile(path)).toString('binary'))
    const container = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(file), 'mat-khau-1')
    const bags = container.getBags({ bagType: forge.pki.oids['certBag'] ?? '' })[forge.pki.oids['certBag'] ?? ''] ?? []
    const named = container.getBags({ friendlyName: leader.name }).friendlyName ?? []
    expect(named.length).toBeGreaterThan(0)
    const certificates = bags.map(({ cert }) => (cert === undefined ? '' : forge.asn1.toDer(forge.pki.certificateToAsn1(cert)).getBytes()))
    expect(certificates[0]).toBe(Buffer.from(credential.certificateDer).toString('binary'))
    expect(certificates[1]).toBe(Buffer.from(authority.issuing.certificateDer).toString('binary'))
  })

  it('is not made for a key that the format here does not hold', async () => {
    const credential = await authority.issue({ ...leader, key: 'p-256' })
    await expect(credential.writePkcs12(join(folder, 'ec.p12'), 'x')).rejects.toThrow('RSAPrivateKey')
  })

  it('is not made with a password that other programs would encode otherwise', async () => {
    const credential = await authority.issue(leader)
    await expect(credential.writePkcs12(join(folder, 'no.p12'), 'mật khẩu')).rejects.toThrow('ASCII')
  })
})

async function described(der: Uint8Array): Promise<string> {
  const path = join(folder, 'described.der')
  await writeFile(path, der)
  return (await run('openssl', ['x509', '-inform', 'DER', '-in', path, '-noout', '-text', '-nameopt', 'utf8,oneline,-esc_msb'])).stdout
}
