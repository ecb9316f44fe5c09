import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createAskServer } from '../../../agent/trust/ask-server.ts'
import { readCertificate } from '../../../agent/trust/certificate.ts'
import { requestTimeStamp } from '../../../agent/trust/request-time-stamp.ts'
import type { TimeStampPatience } from '../../../agent/trust/request-time-stamp.ts'
import { judgeTimeStamp, readTimeStampToken } from '../../../agent/trust/time-stamp-token.ts'
import { transportFaults } from '../../../demo/authority/serve-authority.ts'
import { openAuthorityRig } from './authority-rig.ts'
import type { AuthorityRig } from './authority-rig.ts'

let rig: AuthorityRig
beforeAll(async () => (rig = await openAuthorityRig()))
afterAll(() => rig.close())
beforeEach(() => {
  rig.servers.tsa = {}
})

const digest = createHash('sha256').update('giá trị chữ ký').digest()
const impatient: TimeStampPatience = { tries: 3, timeoutMs: 400, pauseMs: 1 }
const stamp = (policy?: string) =>
  requestTimeStamp(rig.ask, { url: rig.servers.timeStampUrl, policy }, digest, { roots: rig.roots, extraCertificates: [] }, impatient)
const requests = () => rig.servers.requests.filter((path) => path === '/tsa').length

describe('a time stamp', () => {
  it('is over the digest that was sent, from an authority under the root', async () => {
    const before = Date.now()
    const token = readTimeStampToken(await stamp('1.3.6.1.4.1.99999.7.1'))
    expect(token.policy).toBe('1.3.6.1.4.1.99999.7.1')
    expect(Buffer.from(token.imprint.hash)).toEqual(digest)
    expect(token.genTime.getTime()).toBeGreaterThanOrEqual(Math.floor(before / 1000) * 1000)
    expect(token.genTime.getTime()).toBeLessThanOrEqual(Date.now())
  })

  it.each([
    [{ fault: 'wrong-nonce' }, 'nonce-differs'],
    [{ fault: 'no-nonce' }, 'nonce-differs'],
    [{ fault: 'wrong-imprint' }, 'imprint-differs'],
    [{ fault: 'wrong-signature' }, 'signature-wrong'],
    [{ fault: 'waiting' }, 'waiting'],
    [{ fault: 'html' }, 'answer-malformed'],
    [{ fault: 'status-500' }, 'status-500'],
    [{ fault: 'redirect' }, 'status-302'],
    [{ fault: 'truncated' }, 'cut-short'],
    [{ fault: 'silent' }, 'timeout'],
    [{ fault: 'hung-up' }, 'unreachable'],
    [{ certificate: 'expired' }, 'authority-out-of-time'],
    [{ certificate: 'wrong-usage' }, 'not-a-time-stamping-authority'],
  ] as const)('is asked for three times where the server errs, and then refused: %o', async (conduct, reason) => {
    rig.servers.tsa = conduct
    const before = requests()
    await expect(stamp()).rejects.toMatchObject({ refusal: { code: 'time-stamp-failed', facts: { reason } } })
    expect(requests() - before).toBe(3)
  })

  it('is not asked for again where the authority refuses', async () => {
    rig.servers.tsa = { fault: 'rejection' }
    const before = requests()
    await expect(stamp()).rejects.toMatchObject({ refusal: { facts: { reason: 'rejection' } } })
    expect(requests() - before).toBe(1)
  })

  it('of another policy than the one asked for is refused', async () => {
    rig.servers.tsa = { fault: 'wrong-policy' }
    await expect(stamp('1.3.6.1.4.1.99999.7.1')).rejects.toMatchObject({ refusal: { facts: { reason: 'policy-differs' } } })
  })

  it('comes at the third try where the first two fail', async () => {
    let left = 2
    const flaky = createAskServer({ hosts: [rig.servers.host] })
    const token = await requestTimeStamp(
      (question) => {
        rig.servers.tsa = left-- > 0 ? { fault: 'status-500' } : {}
        return flaky(question)
      },
      { url: rig.servers.timeStampUrl },
      digest,
      { roots: rig.roots, extraCertificates: [] },
      impatient,
    )
    expect(readTimeStampToken(token).imprint.digest).toBe('sha256')
  })

  it('of an authority under no known root is refused', async () => {
    const stranger = await openAuthorityRig()
    const asked = requestTimeStamp(stranger.ask, { url: stranger.servers.timeStampUrl }, digest, { roots: rig.roots, extraCertificates: [] }, impatient)
    await expect(asked).rejects.toMatchObject({ refusal: { facts: { reason: 'authority-not-trusted' } } })
    await stranger.close()
  })

  it('is refused by one kind of error or fault, wherever a byte is wrong', async () => {
    const token = await stamp()
    const question = { digestOf: () => digest, roots: rig.roots, extraCertificates: [], at: new Date() }
    expect(judgeTimeStamp(readTimeStampToken(token), question).faults).toEqual([])
    let passed = 0
    for (let place = 0; place < token.length; place += 7) {
      const damaged = token.slice()
      damaged[place] = (damaged[place] ?? 0) ^ 0x55
      try {
        if (judgeTimeStamp(readTimeStampToken(damaged), question).faults.length === 0) passed++
      } catch (thrown) {
        expect(thrown).toMatchObject({ name: 'DerError' })
      }
    }
    // Bytes of the issuing certificate and of the version count for nothing as long as the path holds without them.
    expect(passed).toBeLessThan(token.length / 7 / 50)
  })
})

describe('the way to a server', () => {
  const question = { timeoutMs: 2_000, answerBytes: 100_000 }

  it.each([
    ['http://127.0.0.1:1/crl', 'host-not-listed'],
    ['http://localhost/crl', 'host-not-listed'],
    ['file:///etc/passwd', 'address-not-http'],
    ['ldap://127.0.0.1/cn=ca', 'address-not-http'],
    ['no address', 'address-not-http'],
  ])('leads to listed hosts alone: %s', async (url, reason) => {
    await expect(rig.ask({ url, ...question })).rejects.toMatchObject({ name: 'ServerError', reason })
  })

  it('carries no name and password of somebody else', async () => {
    await expect(rig.ask({ url: `http://user:word@${rig.servers.host}/root.crt`, ...question })).rejects.toMatchObject({ reason: 'host-not-listed' })
  })

  it('ends where an answer is larger than agreed', async () => {
    await expect(rig.ask({ url: `http://${rig.servers.host}/root.crt`, timeoutMs: 2_000, answerBytes: 100 })).rejects.toMatchObject({ reason: 'too-large' })
  })

  it('brings certificates as they are published', async () => {
    const der = await rig.ask({ url: `http://${rig.servers.host}/root.crt`, ...question })
    expect(readCertificate(der).sha256).toBe(rig.roots[0]?.sha256)
  })

  it('is taken by four questions at once and no more', async () => {
    const crowd = await openAuthorityRig()
    crowd.servers.tsa = { delayMs: 60 }
    const one = () => requestTimeStamp(crowd.ask, { url: crowd.servers.timeStampUrl }, randomBytes(32), { roots: crowd.roots, extraCertificates: [] })
    await Promise.all(Array.from({ length: 17 }, one))
    expect(crowd.servers.mostAtOnce).toBe(4)
    await crowd.close()
  })

  it('is free again after every kind of failure', async () => {
    for (const fault of transportFaults) {
      rig.servers.tsa = { fault }
      await Promise.allSettled(Array.from({ length: 5 }, () => stamp()))
    }
    rig.servers.tsa = {}
    await expect(stamp()).resolves.toBeInstanceOf(Uint8Array)
  })
})
