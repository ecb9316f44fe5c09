import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Upload {
  path: string
  fields: Record<string, string>
  name: string
  bytes: Buffer
  authorization: string | undefined
}

export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** A small document system over real HTTP: hands out files, takes signed ones, tells digests, and misbehaves on demand. */
export class DocumentSite {
  readonly files = new Map<string, Buffer>()
  readonly uploads: Upload[] = []
  readonly requests: string[] = []
  token = 'token-1'
  /** Every request is cut before it is answered. */
  isLost = false
  turnedAway = 0
  /** Whoever asks for a file gets the login page. */
  isLoggedOut = false
  /** Answers an upload; the default stores it and answers with its digest. */
  onUpload: (upload: Upload, response: ServerResponse) => void = (upload, response) => {
    this.store(upload)
    response.end(JSON.stringify({ sha256: digestOf(upload.bytes) }))
  }
  /** Any other path. */
  onRequest: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => void response.writeHead(404).end()
  /** Called before a digest is told. */
  onDigest: () => void = () => undefined
  /** Without this header no digest is told. */
  digestWants: string | undefined
  private readonly server: Server

  static async start(): Promise<DocumentSite> {
    const site = new DocumentSite()
    site.server.listen(0, '127.0.0.1')
    await once(site.server, 'listening')
    return site
  }

  private constructor() {
    this.server = createServer((request, response) => void this.answer(request, response))
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  add(id: string, bytes: Buffer): string {
    this.files.set(id, bytes)
    return `${this.origin}/tep/${id}`
  }

  store({ path, bytes }: Upload): void {
    this.files.set(path.split('/').at(-1) ?? '', bytes)
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.isLost) {
      this.turnedAway++
      return void request.destroy()
    }
    const path = request.url ?? ''
    this.requests.push(`${request.method ?? ''} ${path}`)
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>))
    const [, room, id = ''] = path.split('/')
    if (room === 'ma-bam') this.onDigest()
    if (room === 'ma-bam' && this.digestWants !== undefined && request.headers.authorization !== this.digestWants) return void response.writeHead(401).end()
    const file = this.files.get(id)
    if (request.method === 'POST' && room === 'tra') {
      const upload = await readUpload(path, request, body)
      if (upload.fields['_token'] !== this.token) response.writeHead(403).end()
      else {
        this.uploads.push(upload)
        this.onUpload(upload, response)
      }
    } else if (room === 'tep' && this.isLoggedOut) response.writeHead(200, { 'content-type': 'text/html' }).end('<html><input type="password">')
    else if (room === 'tep' && file) response.writeHead(200, { 'content-type': 'application/pdf' }).end(file)
    else if (room === 'ma-bam' && file) response.end(JSON.stringify({ sha256: digestOf(file) }))
    else if (room === 'trang') response.writeHead(200, { 'content-type': 'text/html' }).end(`<html><meta name="t" content="${this.token}"></html>`)
    else this.onRequest(request, response)
  }
}

async function readUpload(path: string, request: IncomingMessage, body: Buffer): Promise<Upload> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': request.headers['content-type'] ?? '' } }).formData()
  const upload: Upload = { path, fields: {}, name: '', bytes: Buffer.alloc(0), authorization: request.headers.authorization }
  for (const [name, value] of form) {
    if (typeof value === 'string') upload.fields[name] = value
    else Object.assign(upload, { name: value.name, bytes: Buffer.from(await value.arrayBuffer()) })
  }
  return upload
}
