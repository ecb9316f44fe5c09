import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { smallPdf } from '../support/small-pdf.ts'

/** A letter book that shares no code and no markup with the demo: entries that are no table, files behind buttons, forms on pages of their own. */
export class OtherSystem {
  readonly count: number
  /** What came back, by entry. */
  readonly stored = new Map<number, Buffer>()
  readonly originals = new Map<number, Buffer>()
  /** How often each file was asked for. */
  readonly opened = new Map<number, number>()
  /** The markup after a new release: other names for everything. */
  renamed = false
  private readonly server = createServer((request, response) => void this.answer(request, response).catch(() => response.writeHead(500).end()))
  private readonly sessions = new Set<string>()
  private readonly tickets = new Map<string, number>()
  private readonly hostileScript: string

  constructor(count: number, hostileScript = '') {
    this.count = count
    this.hostileScript = hostileScript
    for (let entry = 1; entry <= count; entry++) this.originals.set(entry, smallPdf(`Ke hoach so ${entry}`, 2_000 + entry))
  }

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin)
    const session = /sid=([0-9a-f]+)/.exec(request.headers.cookie ?? '')?.[1] ?? ''
    const known = this.sessions.has(session)
    if (url.pathname === '/enter') return this.enter(response)
    if (!known) return void response.writeHead(302, { location: '/gate' }).end()
    const entry = Number(url.searchParams.get('n'))
    if (url.pathname === '/book') return html(response, this.book())
    if (url.pathname === '/entry') return html(response, this.entry(entry))
    if (url.pathname === '/blob') return this.blob(response, entry)
    if (url.pathname === '/put' && request.method === 'POST') return this.put(request, response)
    response.writeHead(404).end()
  }

  private enter(response: ServerResponse): void {
    const session = randomBytes(16).toString('hex')
    this.sessions.add(session)
    response.writeHead(302, { 'set-cookie': `sid=${session}; HttpOnly; SameSite=Lax; Path=/`, location: '/book' }).end()
  }

  private book(): string {
    const entries = Array.from({ length: this.count }, (_, index) => {
      const n = index + 1
      const day = String((n % 28) + 1).padStart(2, '0')
      return this.renamed
        ? `<article><p>${n}/KH-HV</p><p>${day}/06/2026</p><p>Kế hoạch kiểm tra số ${n}</p><a href="/tai-ve?n=${n}">PDF</a></article>`
        : `<div class="entry" data-n="${n}"><div class="head"><span class="ref">${n}/KH-HV</span> <time>${day}/06/2026</time></div><div class="about">Kế hoạch kiểm tra việc thực hiện nhiệm vụ số ${n}</div><div class="foot"><a href="/entry?n=${n}">Chi tiết</a><button type="button" class="open" data-src="/blob?n=${n}">Mở</button></div></div>`
    })
    return `<title>Sổ công văn Hạ Vân</title><header>Hạ Vân</header><div id="${this.renamed ? 'danh-sach' : 'book'}">${entries.join('')}</div>${this.hostileScript}`
  }

  private entry(n: number): string {
    const ticket = randomBytes(8).toString('hex')
    this.tickets.set(ticket, n)
    const state = this.stored.has(n) ? 'Đã có bản ký' : 'Chưa có bản ký'
    return `<title>Công văn ${n}</title><p>${state}</p><form id="hand-in" action="put" method="post" enctype="multipart/form-data"><input type="hidden" name="ticket" value="${ticket}"><label>Bản đã ký <input type="file" name="scan"></label><button name="act" value="hand-in">Nộp bản ký</button><button name="act" value="drop">Bỏ</button></form>`
  }

  private blob(response: ServerResponse, n: number): void {
    this.opened.set(n, (this.opened.get(n) ?? 0) + 1)
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(this.originals.get(n))
  }

  private async put(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = await new Response(bytesOf(request), { headers: { 'content-type': request.headers['content-type'] ?? '' } }).formData()
    const ticket = form.get('ticket')
    const n = typeof ticket === 'string' ? this.tickets.get(ticket) : undefined
    const scan = form.get('scan')
    if (n === undefined || form.get('act') !== 'hand-in' || !(scan instanceof File)) return void response.writeHead(400).end('refused')
    // A ticket is good once.
    if (typeof ticket === 'string') this.tickets.delete(ticket)
    this.stored.set(n, Buffer.from(await scan.arrayBuffer()))
    response.writeHead(303, { location: `/entry?n=${n}` }).end()
  }
}

function bytesOf(request: IncomingMessage): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      for await (const chunk of request) controller.enqueue(new Uint8Array(chunk as Buffer))
      controller.close()
    },
  })
}

function html(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "style-src 'none'" }).end(`<!doctype html><html lang="vi"><meta charset="utf-8">${body}`)
}
