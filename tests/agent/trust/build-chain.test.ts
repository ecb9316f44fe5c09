import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildChain } from '../../../agent/trust/build-chain.ts'
import type { ChainReport } from '../../../agent/trust/build-chain.ts'
import { maySign, readCertificate } from '../../../agent/trust/certificate.ts'
import type { Certificate } from '../../../agent/trust/certificate.ts'
import { displayName, nameValue } from '../../../agent/trust/distinguished-name.ts'
import { createAuthority } from '../../../demo/authority/authority.ts'
import type { Authority, HolderRequest } from '../../../demo/authority/authority.ts'

const run = promisify(execFile)
let folder: string
let authority: Authority
/** An authority of the same names and other keys. */
let impostor: Authority
let root: Certificate

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antin-trust-'))
  authority = await createAuthority(join(folder, 'authority'))
  impostor = await createAuthority(join(folder, 'impostor'))
  root = readCertificate(authority.root.certificateDer)
})
afterAll(() => rm(folder, { recursive: true }))

const leader: HolderRequest = { profile: 'leader', name: 'Lê Thị Hạnh', organisation: 'Sở Nội vụ', title: 'Giám đốc' }

interface Circumstances {
  by?: Authority
  intermediates?: Uint8Array[]
  at?: Date
}

async function chainOf(request: Partial<HolderRequest>, more: Circumstances = {}): Promise<ChainReport> {
  const leaf = readCertificate((await (more.by ?? authority).issue({ ...leader, ...request })).certificateDer)
  return buildChain({
    leaf, intermediates: more.intermediates ?? [authority.issuing.certificateDer], roots: [root], at: more.at ?? new Date(),
  })
}

function codes({ problems }: ChainReport): string[] {
  return problems.map(({ code }) => code)
}

describe('a chain', () => {
  it.each(['rsa-2048', 'p-256', 'p-384'] as const)('of three ends at the given root (%s)', async (key) => {
    const chain = await chainOf({ key })
    expect(chain).toMatchObject({ status: 'trusted', problems: [], weaknesses: [] })
    const names = chain.path.map(({ subject }) => displayName(subject))
    expect(names).toEqual(['Lê Thị Hạnh', 'CA thử nghiệm phục vụ các cơ quan', 'CA gốc thử nghiệm'])
  })

  it('is found among decoys: copies, rubbish, and authorities of the same name', async () => {
    const { root: fakeRoot, issuing } = impostor
    const decoys = [fakeRoot.certificateDer, issuing.certificateDer, issuing.certificateDer, Buffer.from('no certificate'), root.der]
    const intermediates = [...decoys, authority.issuing.certificateDer]
    expect((await chainOf({}, { intermediates })).status).toBe('trusted')
  })

  it('is unknown without its intermediate, and says where it ends', async () => {
    const chain = await chainOf({}, { intermediates: [] })
    expect(chain.status).toBe('unknown')
    expect(chain.problems).toEqual([{ code: 'no-issuer', holder: 'Lê Thị Hạnh' }])
  })

  it('does not end at a signer’s certificate that somebody put among the roots: neither his own, nor one that he issued', async () => {
    const leaf = readCertificate((await authority.issue(leader)).certificateDer)
    const chain = buildChain({ leaf, intermediates: [], roots: [root, leaf], at: new Date() })
    expect([chain.status, codes(chain)]).toEqual(['unknown', ['no-issuer']])
    const whole = buildChain({ leaf, intermediates: [authority.issuing.certificateDer], roots: [leaf, root], at: new Date() })
    expect([whole.status, whole.path.length]).toEqual(['trusted', 3])
    // An authority between root and signer may be an anchor: the office decides where its trust begins.
    expect(buildChain({ leaf, intermediates: [], roots: [readCertificate(authority.issuing.certificateDer)], at: new Date() }).status).toBe('trusted')
  })

  it('is not trusted because it brings a root of its own', async () => {
    const intermediates = [impostor.issuing.certificateDer, impostor.root.certificateDer]
    const chain = await chainOf({}, { by: impostor, intermediates })
    expect(chain.status).toBe('untrusted')
    expect(codes(chain)).toEqual(['signature-invalid'])
  })

  it.each([
    ['expired', new Date('2090-01-01T00:00:00Z')],
    ['not-yet-valid', new Date('2000-01-01T00:00:00Z')],
  ])('is judged at the given time: %s', async (code, at) => {
    const chain = await chainOf({}, { at })
    expect(chain.status).toBe('untrusted')
    expect(codes(chain)).toEqual([code, code, code])
  })

  it('fails with a leaf that is expired or not yet valid', async () => {
    expect(codes(await chainOf({ notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') }))).toEqual(['expired'])
    expect(codes(await chainOf({ notBefore: new Date('2090-01-01'), notAfter: new Date('2091-01-01') }))).toEqual(['not-yet-valid'])
  })

  it('holds with SHA-1 or a short key inside, and says that it is weak', async () => {
    const { leafDer, rootDer } = await weakChain()
    const chain = buildChain({ leaf: readCertificate(leafDer), intermediates: [], roots: [readCertificate(rootDer)], at: new Date() })
    expect(chain.status).toBe('trusted')
    expect(chain.weaknesses).toEqual([{ code: 'sha1', holder: 'weak leaf' }])
  })

  it('ends in bounded time where certificates name each other in circles', async () => {
    const crowd = await Promise.all(Array.from({ length: 4 }, (_, index) => createAuthority(join(folder, `crowd-${index}`))))
    const intermediates = crowd.flatMap(({ root: one, issuing }) => [one.certificateDer, issuing.certificateDer])
    const chain = await chainOf({}, { intermediates: Array.from({ length: 20 }, () => intermediates).flat() })
    expect(chain.status).not.toBe('trusted')
  })
})

describe('a certificate', () => {
  it('tells who holds it', async () => {
    const { subject } = readCertificate((await authority.issue({ ...leader, unit: 'Ban Giám đốc', locality: 'Lâm Sơn' })).certificateDer)
    expect(nameValue(subject, 'commonName')).toBe('Lê Thị Hạnh')
    expect(nameValue(subject, 'organisation')).toBe('Sở Nội vụ')
    expect(nameValue(subject, 'organisationalUnit')).toBe('Ban Giám đốc')
    expect(nameValue(subject, 'title')).toBe('Giám đốc')
    expect(nameValue(subject, 'userId')).toMatch(/^CCCD:\d{12}$/)
  })

  it('says whether it may sign documents', async () => {
    expect(maySign(readCertificate((await authority.issue(leader)).certificateDer))).toBe(true)
    expect(maySign(readCertificate((await authority.issue({ ...leader, usage: 'encryption' })).certificateDer))).toBe(false)
  })

  it('is refused by one kind of error, wherever a bit is wrong', async () => {
    const der = (await authority.issue({ ...leader, key: 'p-256' })).certificateDer
    for (let bit = 0; bit < der.length * 8; bit += 3) {
      const changed = Buffer.from(der)
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      try {
        const chain = buildChain({
          leaf: readCertificate(changed), intermediates: [authority.issuing.certificateDer], roots: [root], at: new Date(),
        })
        expect(chain.status).not.toBe('trusted')
      } catch (thrown) {
        expect(thrown).toMatchObject({ name: 'DerError' })
      }
    }
  })
})

/** Made by openssl: the authority of the demo makes nothing that weak. */
async function weakChain(): Promise<{ leafDer: Uint8Array; rootDer: Uint8Array }> {
  const at = (name: string) => join(folder, name)
  await run('openssl', [
    'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout',
    at('weak-root.key'), '-out', at('weak-root.pem'), '-subj', '/CN=weak root', '-days', '30',
  ])
  await run('openssl', [
    'req', '-newkey', 'rsa:2048', '-nodes', '-keyout',
    at('weak.key'), '-out', at('weak.csr'), '-subj', '/CN=weak leaf',
  ])
  await run('openssl', [
    'x509', '-req', '-sha1', '-in', at('weak.csr'), '-CA', at('weak-root.pem'),
    '-CAkey', at('weak-root.key'), '-out', at('weak.der'), '-outform', 'DER', '-days', '20',
  ])
  await run('openssl', ['x509', '-in', at('weak-root.pem'), '-outform', 'DER', '-out', at('weak-root.der')])
  return { leafDer: await readFile(at('weak.der')), rootDer: await readFile(at('weak-root.der')) }
}
