import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Credential } from '../../../demo/authority/authority.ts'
import { serveAuthority } from '../../../demo/authority/serve-authority.ts'
import type { AuthorityServers } from '../../../demo/authority/serve-authority.ts'

const run = promisify(execFile)
let folder: string
let servers: AuthorityServers
let credential: Credential
const at = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antin-servers-'))
  servers = await serveAuthority(at('authority'))
  credential = await servers.authority.issue({ profile: 'leader', name: 'Nguyễn Văn Tám', organisation: 'Sở Tư pháp tỉnh Sông Hương' })
  await writeFile(at('root.pem'), servers.authority.root.certificatePem)
  await writeFile(at('issuing.pem'), servers.authority.issuing.certificatePem)
  await writeFile(at('leaf.pem'), credential.certificatePem)
  await writeFile(at('data.txt'), 'văn bản')
})
afterAll(async () => {
  await servers.close()
  await rm(folder, { recursive: true })
})

/** OpenSSL is the judge: it knows nothing of the program that wrote the answers. */
describe('the servers of the authority', () => {
  it('give time stamps that openssl verifies', async () => {
    await run('openssl', ['ts', '-query', '-data', at('data.txt'), '-sha256', '-cert', '-out', at('request.tsq')])
    await writeFile(at('reply.tsr'), await post(servers.timeStampUrl, 'application/timestamp-query', at('request.tsq')))
    const words = ['ts', '-verify', '-queryfile', at('request.tsq'), '-in', at('reply.tsr'), '-CAfile', at('root.pem'), '-untrusted', at('issuing.pem')]
    const { stdout, stderr } = await run('openssl', words)
    expect(stdout + stderr).toContain('Verification: OK')
  })

  it.each(['wrong-nonce', 'wrong-imprint', 'wrong-signature', 'rejection'] as const)('give none that openssl verifies: %s', async (fault) => {
    servers.tsa = { fault }
    await run('openssl', ['ts', '-query', '-data', at('data.txt'), '-sha256', '-cert', '-out', at('request.tsq')])
    await writeFile(at('reply.tsr'), await post(servers.timeStampUrl, 'application/timestamp-query', at('request.tsq')))
    servers.tsa = {}
    const words = ['ts', '-verify', '-queryfile', at('request.tsq'), '-in', at('reply.tsr'), '-CAfile', at('root.pem'), '-untrusted', at('issuing.pem')]
    await expect(run('openssl', words)).rejects.toThrow(/Command failed: openssl ts -verify/)
  })

  it('answer openssl whether a certificate was revoked', async () => {
    const revoked = await servers.authority.issue({ profile: 'clerk', name: 'Trần Thị Mai', organisation: 'Sở Tư pháp' })
    servers.revoke(revoked.certificateDer, new Date('2026-02-03T04:05:06Z'))
    await writeFile(at('revoked.pem'), revoked.certificatePem)
    const ask = (name: string) => ['ocsp', '-issuer', at('issuing.pem'), '-cert', at(name), '-url', `http://${servers.host}/ocsp`, '-CAfile', at('root.pem'), '-nonce', '-verify_other', at('issuing.pem')]
    const good = await run('openssl', ask('leaf.pem'))
    expect(good.stderr).toContain('Response verify OK')
    expect(good.stdout).toContain(': good')
    const bad = await run('openssl', ask('revoked.pem'))
    expect(bad.stderr).toContain('Response verify OK')
    expect(bad.stdout).toMatch(/: revoked[\s\S]*Reason: keyCompromise[\s\S]*Feb {2}3 04:05:06 2026 GMT/)
  })

  it('publish lists that openssl verifies', async () => {
    const response = await fetch(`http://${servers.host}/issuing.crl`)
    await writeFile(at('issuing.crl'), new Uint8Array(await response.arrayBuffer()))
    const { stderr } = await run('openssl', ['crl', '-in', at('issuing.crl'), '-inform', 'DER', '-CAfile', at('issuing.pem'), '-noout'])
    expect(stderr).toContain('verify OK')
  })
})

async function post(url: string, type: string, file: string): Promise<Uint8Array> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body: new Uint8Array(await readFile(file)) })
  return new Uint8Array(await response.arrayBuffer())
}
