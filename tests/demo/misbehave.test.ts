import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { wellBehaved } from '../../demo/misbehave.ts'
import { bytesAt, filesOf, openSite, rowIds, signOnce } from './visitor.ts'
import type { SiteFile, Visitor } from './visitor.ts'

let site: Awaited<ReturnType<typeof openSite>>
let leader: Visitor

beforeAll(async () => {
  site = await openSite()
})
afterEach(() => site.misbehave(wellBehaved))
afterAll(() => site.end())

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function nextFile(): Promise<{ id: number; file: SiteFile; bytes: Buffer }> {
  leader = await site.visit('lanhdao')
  const [id = 0] = rowIds(await leader.text('/van-ban-di?trang-thai=cho-ky-duyet'))
  const [file] = await filesOf(leader, `/van-ban-di/${id}`)
  if (file === undefined) throw new Error('a document has a file')
  return { id, file, bytes: await bytesAt(leader, file.address) }
}

interface Sent {
  status: number
  answer: Record<string, unknown>
  signed: Buffer
  kept: Buffer
  id: number
  name: string
}

async function sendSigned(): Promise<Sent> {
  const { id, file, bytes } = await nextFile()
  const signed = await signOnce(site, file.id, bytes, 9)
  const body = { ten: 'Quyết định đã ký.pdf', noiDung: signed.toString('base64') }
  const { status, answer } = await leader.api(`/api/van-ban/${id}/tep-da-ky`, body)
  const [now] = await filesOf(leader, `/van-ban-di/${id}`)
  return { status, answer, signed, id, name: now?.name ?? '', kept: await bytesAt(leader, file.address) }
}

function pdfsig(bytes: Uint8Array): string {
  const path = join(site.folder, 'judged.pdf')
  writeFileSync(path, bytes)
  return execFileSync('pdfsig', ['-nocert', path], { encoding: 'utf8' })
}

describe('the session', () => {
  it('ends at once', async () => {
    const { file } = await nextFile()
    site.misbehave({ sessionEndsAfterRequests: 0 })
    const download = await fetch(site.origin + file.address, { headers: { cookie: leader.cookie } })
    expect(new URL(download.url).pathname).toBe('/dang-nhap')
    expect(download.headers.get('content-type')).toContain('text/html')
    expect((await leader.get('/api/van-ban/1')).status).toBe(401)
  })

  it('ends after so many requests', async () => {
    const { file } = await nextFile()
    site.misbehave({ sessionEndsAfterRequests: 2 })
    const statuses = []
    for (let request = 0; request < 4; request += 1) statuses.push((await leader.get(file.address)).status)
    expect(statuses).toEqual([200, 200, 303, 303])
    expect((await (await site.visit('lanhdao')).get(file.address)).status).toBe(200)
  })
})

describe('an upload', () => {
  it('fails and changes nothing', async () => {
    site.misbehave({ upload: 'fail' })
    const { status, answer, id, signed, kept } = await sendSigned()
    expect([status, answer['thanhCong']]).toEqual([500, false])
    expect(sha256(kept)).not.toBe(sha256(signed))
    expect(site.store.get('select state from documents where id = ?', id)).toEqual({ state: 'cho-ky-duyet' })
  })

  it('renames the file and keeps its bytes', async () => {
    site.misbehave({ upload: 'rename' })
    const { name, signed, kept } = await sendSigned()
    expect(name).toMatch(/^\d+_Quyet_inh_a_ky\.pdf$/)
    expect(sha256(kept)).toBe(sha256(signed))
  })

  it('appends to the file: the signature holds, but not over all of it', async () => {
    site.misbehave({ upload: 'append' })
    const { answer, signed, kept } = await sendSigned()
    expect(kept.subarray(0, signed.length).equals(signed)).toBe(true)
    expect(answer).toMatchObject({ tep: { sha256: sha256(kept) } })
    expect(sha256(kept)).not.toBe(sha256(signed))
    const report = pdfsig(kept)
    expect(report).toContain('Signature is Valid')
    expect(report).not.toContain('  - Total document signed')
  })

  it('rewrites the file, which breaks its signature', async () => {
    site.misbehave({ upload: 'rewrite' })
    const { answer, kept } = await sendSigned()
    expect(answer).toMatchObject({ tep: { sha256: sha256(kept) } })
    const path = join(site.folder, 'rewritten.pdf')
    writeFileSync(path, kept)
    expect(spawnSync('qpdf', ['--check', path]).status).toBe(0)
    expect(pdfsig(kept)).not.toContain('Signature is Valid')
  })
})

describe('a download', () => {
  it('comes in pieces and whole', async () => {
    const { file, bytes } = await nextFile()
    site.misbehave({ downloadBytesPerSecond: bytes.length * 4 })
    const response = await leader.get(file.address)
    const pieces: Uint8Array[] = []
    for await (const piece of response.body ?? []) pieces.push(piece)
    expect(pieces.length).toBeGreaterThan(2)
    expect(sha256(Buffer.concat(pieces))).toBe(sha256(bytes))
  })

  it('marks an incoming document as read only when it is told to', async () => {
    const clerk = await site.visit('vanthu')
    const unread = async (): Promise<string> => clerk.text('/van-ban-den?trang-thai=chua-xem')
    const address = /<a class="tep" href="([^"]+)"/.exec(await unread())?.[1]?.replaceAll('&#61;', '=') ?? ''
    const before = rowIds(await unread())
    await bytesAt(clerk, address)
    expect(rowIds(await unread())).toEqual(before)
    site.misbehave({ downloadMarksRead: true })
    await bytesAt(clerk, address)
    expect(rowIds(await unread())).toEqual(before.slice(1))
  })

  it('asks for the header that only the script of the page can send', async () => {
    const { id, file, bytes } = await nextFile()
    site.misbehave({ filesNeedAuthorization: true })
    expect((await leader.get(file.address)).status).toBe(401)
    const { maTruyCap } = (await (await leader.get('/api/ma-truy-cap')).json()) as { maTruyCap: string }
    const authorized = await fetch(site.origin + file.address, { headers: { authorization: `Bearer ${maTruyCap}` } })
    expect(sha256(Buffer.from(await authorized.arrayBuffer()))).toBe(sha256(bytes))
    const page = await leader.text(`/van-ban-di/${id}`)
    expect(page).toContain('<script src="/tinh/authorized-files.js" defer></script>')
    expect(page).toContain('<iframe class="xem-tep"')
    expect(page).not.toContain('<embed')
  })
})

describe('the line', () => {
  it('breaks in the middle of a signed file, is lost then, and the file has not come', async () => {
    const { id, file, bytes } = await nextFile()
    const noiDung = (await signOnce(site, file.id, bytes, 9)).toString('base64')
    site.misbehave({ line: 'breaks-in-upload' })
    await expect(leader.api(`/api/van-ban/${id}/tep-da-ky`, { ten: 'a.pdf', noiDung })).rejects.toThrow('fetch failed')
    await expect(leader.text('/van-ban-di')).rejects.toThrow('fetch failed')
    site.misbehave(wellBehaved)
    expect(await bytesAt(leader, file.address)).toEqual(bytes)
  })

  it('breaks before the answer, when the file is stored', async () => {
    const { id, file, bytes } = await nextFile()
    const signed = await signOnce(site, file.id, bytes, 9)
    site.misbehave({ line: 'breaks-before-answer' })
    await expect(leader.api(`/api/van-ban/${id}/tep-da-ky`, { ten: 'a.pdf', noiDung: signed.toString('base64') })).rejects.toThrow('fetch failed')
    site.misbehave(wellBehaved)
    const [now] = await filesOf(leader, `/van-ban-di/${id}`)
    expect(sha256(await bytesAt(leader, now?.address ?? ''))).toBe(sha256(signed))
  })
})
