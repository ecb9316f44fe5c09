import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { answerOcsp, ocspFaults } from './answer-ocsp.ts'
import type { OcspDesk, OcspFault, Revocation } from './answer-ocsp.ts'
import { answerTimeStamp, timeStampFaults } from './answer-time-stamp.ts'
import type { TimeStampFault } from './answer-time-stamp.ts'
import { createAuthority } from './authority.ts'
import type { Authority } from './authority.ts'
import { certificateFrom, certifyService, subjectName } from './certificate.ts'
import type { ServiceRole, Signatory } from './certificate.ts'
import { makeKeyPair } from './key-pair.ts'
import { crlFaults, writeCrl } from './write-crl.ts'
import type { CrlFault } from './write-crl.ts'

/** What can go wrong on the way, with any of the servers. */
export const transportFaults = ['html', 'status-500', 'truncated', 'redirect', 'silent', 'hung-up'] as const
export type TransportFault = (typeof transportFaults)[number]

/** How one of the servers behaves from now on. Empty: well. */
export interface Conduct<Fault extends string> {
  fault?: Fault | TransportFault | undefined
  /** For every answer, or drawn anew for each. */
  delayMs?: number | (() => number) | undefined
  /** Answers that were asked for before wait for this; what is wrong with them is decided when it comes. */
  until?: Promise<unknown> | undefined
}

export interface AuthorityServers {
  authority: Authority
  /** `127.0.0.1:port`, of all of them. */
  host: string
  timeStampUrl: string
  tsa: Conduct<TimeStampFault> & { certificate?: 'good' | 'expired' | 'wrong-usage' }
  ocsp: Conduct<OcspFault> & { certificate?: 'good' | 'wrong-usage' }
  crl: Conduct<CrlFault>
  /** Path of every request, in the order in which they came. */
  readonly requests: readonly string[]
  /** Requests that were under way at the same time, at most. */
  readonly mostAtOnce: number
  /** @param reason number of the CRLReason (RFC 5280, 5.3.1); 6 is a suspension. Default: 1, key compromise */
  revoke(certificateDer: Uint8Array, at: Date, reason?: number): void
  revokeTimeStamper(at: Date): void
  close(): Promise<void>
}

const hourMs = 3_600_000
const transportKinds: ReadonlySet<string> = new Set(transportFaults)
const ownKinds: ReadonlySet<string> = new Set([...timeStampFaults, ...ocspFaults, ...crlFaults])

/**
 * The authority of the demo with its servers, over http on 127.0.0.1: OCSP, CRL, time stamps, certificates of issuers. Certificates name
 * these servers, so they are opened at the same port as the first time.
 * @throws Error where another program has that port
 */
export async function serveAuthority(folder: string): Promise<AuthorityServers> {
  const staffed = Promise.withResolvers<FrontDesk>()
  const server = createServer((request, response) => void staffed.promise.then((desk) => desk.receive(request, response)).catch(() => response.destroy()))
  const host = `127.0.0.1:${await listenAsBefore(server, folder)}`
  const authority = await createAuthority(folder, publishedAtHost(host))
  const desk = new FrontDesk(authority, host, await hireStaff(authority))
  staffed.resolve(desk)
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return Object.assign(desk, { close })
}

/** @returns the port */
async function listenAsBefore(server: Server, folder: string): Promise<number> {
  const file = join(folder, 'port')
  const before = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(new Error(`the servers of the authority in ${folder} cannot be opened at 127.0.0.1:${before}`, { cause })))
    server.listen(before, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(file, String(port))
  return port
}

function publishedAtHost(host: string): NonNullable<Parameters<typeof createAuthority>[1]> {
  const at = (name: string) => ({ crl: `http://${host}/${name}.crl`, issuer: `http://${host}/${name}.crt` })
  return { holders: { ocsp: `http://${host}/ocsp`, ...at('issuing') }, authorities: at('root') }
}

type Staff = Record<'stamper' | 'expiredStamper' | 'wrongStamper' | 'responder' | 'wrongResponder', Signatory>

async function hireStaff({ signatories: { issuing }, publishedAt: { holders } }: Authority): Promise<Staff> {
  const hire = async (name: string, role: ServiceRole, notAfter = new Date(Date.now() + 10 * 365 * 24 * hourMs)): Promise<Signatory> => {
    const key = await makeKeyPair('rsa-2048')
    const validity = { notBefore: new Date(notAfter.getTime() - 11 * 365 * 24 * hourMs), notAfter }
    return { key, certificate: await certifyService(subjectName({ name, organisation: 'Ấn Tín (chỉ để thử nghiệm)' }), key, validity, issuing, role, holders) }
  }
  const [stamper, expiredStamper, wrongStamper, responder, wrongResponder] = await Promise.all([
    hire('Máy chủ cấp dấu thời gian thử nghiệm', 'time-stamping'),
    hire('Máy chủ cấp dấu thời gian đã hết hạn', 'time-stamping', new Date(Date.now() - hourMs)),
    hire('Máy chủ không được cấp dấu thời gian', 'none'),
    hire('Máy chủ OCSP thử nghiệm', 'ocsp'),
    hire('Máy chủ không được trả lời OCSP', 'none'),
  ])
  return { stamper, expiredStamper, wrongStamper, responder, wrongResponder }
}

interface Answer {
  type: string
  bytes: Uint8Array
}

class FrontDesk implements Omit<AuthorityServers, 'close'> {
  readonly authority: Authority
  readonly host: string
  readonly timeStampUrl: string
  tsa: AuthorityServers['tsa'] = {}
  ocsp: AuthorityServers['ocsp'] = {}
  crl: AuthorityServers['crl'] = {}
  readonly requests: string[] = []
  mostAtOnce = 0
  readonly #staff: Staff
  readonly #revoked = new Map<string, Revocation>()
  #underWay = 0

  constructor(authority: Authority, host: string, staff: Staff) {
    this.authority = authority
    this.host = host
    this.timeStampUrl = `http://${host}/tsa`
    this.#staff = staff
  }

  revoke(certificateDer: Uint8Array, at: Date, reason = 1): void {
    this.#revoked.set(certificateFrom(certificateDer).serialNumber, { at, reason })
  }

  revokeTimeStamper(at: Date): void {
    this.revoke(new Uint8Array(this.#staff.stamper.certificate.rawData), at)
  }

  async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request)
    this.requests.push(request.url ?? '')
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#underWay)
    try {
      const conduct = this.#conductFor(request.url ?? '')
      const { delayMs, until } = conduct
      if (delayMs !== undefined) await pause(typeof delayMs === 'number' ? delayMs : delayMs())
      await until
      const answer = await this.#answer(request.url ?? '', body)
      send(response, answer, conduct.fault)
    } finally {
      this.#underWay--
    }
  }

  #conductFor(path: string): Conduct<string> {
    if (path === '/tsa') return this.tsa
    if (path === '/ocsp') return this.ocsp
    return path.endsWith('.crl') ? this.crl : {}
  }

  async #answer(path: string, body: Uint8Array): Promise<Answer | undefined> {
    const { root, issuing } = this.authority.signatories
    switch (path) {
      case '/tsa':
        return { type: 'application/timestamp-reply', bytes: this.#stamp(body) }
      case '/ocsp':
        return { type: 'application/ocsp-response', bytes: answerOcsp(body, this.#desks(), ownFault(this.ocsp)) }
      case '/root.crl':
        return { type: 'application/pkix-crl', bytes: await writeCrl(root, this.#revoked, ownFault(this.crl)) }
      case '/issuing.crl':
        return { type: 'application/pkix-crl', bytes: await writeCrl(issuing, this.#revoked, ownFault(this.crl)) }
      case '/root.crt':
        return { type: 'application/pkix-cert', bytes: new Uint8Array(root.certificate.rawData) }
      case '/issuing.crt':
        return { type: 'application/pkix-cert', bytes: new Uint8Array(issuing.certificate.rawData) }
      default:
        return undefined
    }
  }

  #stamp(request: Uint8Array): Uint8Array {
    const { stamper, expiredStamper, wrongStamper } = this.#staff
    const signatory = { 'good': stamper, 'expired': expiredStamper, 'wrong-usage': wrongStamper }[this.tsa.certificate ?? 'good']
    return answerTimeStamp(request, { signatory, chain: [this.authority.issuing.certificateDer], fault: ownFault(this.tsa) })
  }

  #desks(): OcspDesk[] {
    const { root, issuing } = this.authority.signatories
    const responder = this.ocsp.certificate === 'wrong-usage' ? this.#staff.wrongResponder : this.#staff.responder
    const revocations = this.#revoked
    return [{ issuer: issuing, signatory: responder, revocations }, { issuer: root, signatory: root, revocations }]
  }
}

/** The part of a conduct that is a matter of what the answer says. */
function ownFault<Fault extends string>({ fault }: Conduct<Fault>): Fault | undefined {
  return fault !== undefined && ownKinds.has(fault) ? (fault as Fault) : undefined
}

function send(response: ServerResponse, answer: Answer | undefined, fault: string | undefined): void {
  if (answer === undefined) return void response.writeHead(404).end()
  const { type, bytes } = answer
  if (fault === undefined || !transportKinds.has(fault)) {
    return void response.writeHead(200, { 'content-type': type, 'content-length': bytes.length }).end(bytes)
  }
  switch (fault as TransportFault) {
    case 'html':
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Bảo trì</title><h1>Hệ thống đang bảo trì</h1>')
    case 'status-500':
      return void response.writeHead(500).end('error')
    case 'redirect':
      return void response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end()
    case 'truncated':
      response.writeHead(200, { 'content-type': type, 'content-length': bytes.length })
      return void response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
    case 'hung-up':
      return void response.destroy()
    case 'silent':
      return
  }
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return new Uint8Array(Buffer.concat(chunks))
}
