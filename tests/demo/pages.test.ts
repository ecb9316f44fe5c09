import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesAt, filesOf, openSite, rowIds } from './visitor.ts'
import type { Visitor } from './visitor.ts'

interface Described {
  trangThai: string
  tep: { id: number; diaChi: string; sha256: string; dungLuong: number }[]
}

let site: Awaited<ReturnType<typeof openSite>>
let leader: Visitor
let clerk: Visitor

beforeAll(async () => {
  site = await openSite({ documents: { outgoing: 70, incoming: 30, awaitingApproval: 30 } })
  leader = await site.visit('lanhdao')
  clerk = await site.visit('vanthu')
})
afterAll(() => site.end())

describe('login', () => {
  it('sets a cookie that scripts and other sites do not get', async () => {
    const body = new URLSearchParams({ ten_dang_nhap: 'lanhdao', mat_khau: site.password, tiep: '/van-ban-den' })
    const response = await fetch(`${site.origin}/dang-nhap`, { method: 'POST', redirect: 'manual', body })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('/van-ban-den')
    expect(response.headers.get('set-cookie')).toMatch(/^QLVB_PHIEN=[\w-]{20,}; Path=\/; HttpOnly; SameSite=Lax$/)
  })

  it('refuses a wrong password and follows no address of another site', async () => {
    const wrong = new URLSearchParams({ ten_dang_nhap: 'lanhdao', mat_khau: 'sai' })
    const refused = await fetch(`${site.origin}/dang-nhap`, { method: 'POST', body: wrong })
    expect(refused.status).toBe(401)
    expect(await refused.text()).toContain('Tên đăng nhập hoặc mật khẩu không đúng.')
    const elsewhere = new URLSearchParams({ ten_dang_nhap: 'lanhdao', mat_khau: site.password, tiep: '//ke-xau.example/' })
    const response = await fetch(`${site.origin}/dang-nhap`, { method: 'POST', redirect: 'manual', body: elsewhere })
    expect(response.headers.get('location')).toBe('/')
  })

  it('shows every user of the demo and lets each in', async () => {
    const page = await (await fetch(`${site.origin}/dang-nhap`)).text()
    for (const { username } of site.users) {
      expect(page).toContain(`<code>${username}</code>`)
      expect((await site.visit(username)).formToken).not.toBe('')
    }
  })

  it('sends a stranger to the login, and tells a program 401', async () => {
    const page = await fetch(`${site.origin}/van-ban-di?trang-thai=du-thao`, { redirect: 'manual' })
    expect(page.status).toBe(303)
    expect(page.headers.get('location')).toBe(`/dang-nhap?tiep=${encodeURIComponent('/van-ban-di?trang-thai=du-thao')}`)
    expect((await fetch(`${site.origin}/api/van-ban/1`)).status).toBe(401)
  })

  it('ends with the logout', async () => {
    const visitor = await site.visit('nhan.xa')
    expect((await visitor.get('/van-ban-den')).status).toBe(200)
    await visitor.post('/dang-xuat', { _token: visitor.formToken })
    expect((await visitor.get('/van-ban-den')).status).toBe(303)
  })
})

describe('lists', () => {
  it('shows the leader what waits for them, a page at a time, each document once', async () => {
    const address = '/van-ban-di?trang-thai=cho-ky-duyet'
    const first = rowIds(await leader.text(address))
    const second = rowIds(await leader.text(`${address}&trang=2`))
    expect([first.length, second.length]).toEqual([25, 5])
    expect(new Set([...first, ...second]).size).toBe(30)
    expect(rowIds(await leader.text(`${address}&so-dong=50`))).toEqual([...first, ...second])
    const page = await leader.text(address)
    expect(page).toMatch(/rel="next"/)
    expect(page).toContain('1–25 trong 30 văn bản')
  })

  it('bears a page number and a size that are nonsense', async () => {
    expect(rowIds(await leader.text('/van-ban-di?trang=-7&so-dong=9999'))).toHaveLength(25)
    expect(rowIds(await leader.text('/van-ban-di?trang=1000'))).toHaveLength(0)
  })

  it('finds by text without diacritics, and takes signs of SQL as they are', async () => {
    const found = await leader.text('/van-ban-di?so-dong=100&tu-khoa=QUYET%20DINH')
    expect(rowIds(found).length).toBeGreaterThan(0)
    for (const [, title] of found.matchAll(/<a href="\/van-ban-di\/\d+">([^<]*)</g)) expect(title).toMatch(/quyết định/i)
    expect(rowIds(await leader.text('/van-ban-di?tu-khoa=%25'))).toHaveLength(0)
    expect(rowIds(await leader.text('/van-ban-di?tu-khoa=x%27%20or%201%3D1'))).toHaveLength(0)
  })

  it('writes what was typed back without letting it become markup', async () => {
    const page = await leader.text(`/van-ban-di?tu-khoa=${encodeURIComponent('"><script>alert(1)</script>')}`)
    expect(page).not.toContain('<script>alert')
  })

  it('filters the incoming register and marks a document as read by opening it', async () => {
    const unread = rowIds(await clerk.text('/van-ban-den?trang-thai=chua-xem'))
    expect(unread).toHaveLength(9)
    const link = /<a href="(\/van-ban-den\/\d+)">/.exec(await clerk.text('/van-ban-den?trang-thai=chua-xem'))?.[1] ?? ''
    expect((await clerk.get(link)).status).toBe(200)
    expect(rowIds(await clerk.text('/van-ban-den?trang-thai=chua-xem'))).toHaveLength(8)
    expect(rowIds(await clerk.text('/van-ban-den?trang-thai=da-xem&so-dong=50'))).toHaveLength(22)
  })

  it('does not show an agency what is not for it', async () => {
    const stranger = await site.visit('nhan.xa')
    const [id = 0] = rowIds(await leader.text('/van-ban-di?trang-thai=cho-ky-duyet'))
    const [file] = await filesOf(leader, `/van-ban-di/${id}`)
    expect((await stranger.get(`/van-ban-di/${id}`)).status).toBe(404)
    expect((await stranger.get(file?.address ?? '')).status).toBe(404)
    expect((await stranger.get(`/api/van-ban/${id}`)).status).toBe(404)
  })
})

describe('a document and its files', () => {
  it('shows the PDF in place and lists its files behind addresses that do not tell their kind', async () => {
    const row = site.store.get<{ documentId: number }>("select documentId from files where part = 'attachment' order by id")
    const page = `/van-ban-di/${row?.documentId ?? 0}`
    const html = await leader.text(page)
    expect(html).toMatch(/<embed class="xem-tep" type="application\/pdf" src="\/tep\/\d+\?ma&#61;[0-9a-f]+&#38;xem&#61;1"/)
    const files = await filesOf(leader, page)
    expect(files.length).toBeGreaterThan(1)
    for (const { address } of files) {
      expect(address).toMatch(/^\/tep\/\d+\?ma=[0-9a-f]+$/)
      expect((await bytesAt(leader, address)).subarray(0, 5).toString()).toBe('%PDF-')
    }
  })

  it('names a file in UTF-8 beside a plain name, and shows it in place when asked', async () => {
    const names = new Set<string>()
    for (const id of rowIds(await leader.text('/van-ban-di?trang-thai=cho-ky-duyet')).slice(0, 8)) {
      const [file] = await filesOf(leader, `/van-ban-di/${id}`)
      const response = await leader.get(file?.address ?? '')
      const disposition = response.headers.get('content-disposition') ?? ''
      expect(disposition).toMatch(/^attachment; filename="[\x20-\x7e]+"; filename\*=UTF-8''/)
      const name = decodeURIComponent(/filename\*=UTF-8''(.*)$/.exec(disposition)?.[1] ?? '')
      expect(name).toBe(file?.name)
      names.add(name)
      const inPlace = await leader.get(`${file?.address ?? ''}&xem=1`)
      expect(inPlace.headers.get('content-disposition')).toMatch(/^inline; /)
    }
    const all = [...names]
    expect(all.some((name) => name !== name.normalize('NFC'))).toBe(true)
    expect(all.some((name) => name.includes('"'))).toBe(true)
    expect(all.some((name) => name.includes(','))).toBe(true)
    expect(all.some((name) => name.length > 140)).toBe(true)
  })

  it('does not hand out a file to a guessed code', async () => {
    const [id = 0] = rowIds(await leader.text('/van-ban-di?trang-thai=cho-ky-duyet'))
    const [file] = await filesOf(leader, `/van-ban-di/${id}`)
    expect((await leader.get(`/tep/${file?.id ?? 0}?ma=000000`)).status).toBe(404)
    expect((await leader.get(`/tep/${file?.id ?? 0}`)).status).toBe(404)
  })

  it('says by its API the digest of what it hands out', async () => {
    const [id = 0] = rowIds(await leader.text('/van-ban-di?trang-thai=cho-ky-duyet'))
    const described = (await (await leader.get(`/api/van-ban/${id}`)).json()) as Described
    expect(described.trangThai).toBe('cho-ky-duyet')
    const [main] = described.tep
    const bytes = await bytesAt(leader, main?.diaChi ?? '')
    expect(main?.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    const digest: unknown = await (await leader.get(`/api/tep/${main?.id ?? 0}/ma-bam`)).json()
    expect(digest).toMatchObject({ sha256: main?.sha256, dungLuong: bytes.length })
  })
})

it('takes a new draft with its file, submits it, and shows it to the leader', async () => {
  const specialist = await site.visit('chuyenvien')
  const [source] = await filesOf(leader, `/van-ban-di/${rowIds(await leader.text('/van-ban-di?trang-thai=cho-ky-duyet'))[0] ?? 0}`)
  const form = new FormData()
  const fields = { _token: specialist.formToken, loai: 'Tờ trình', trich_yeu: 'Về việc thử <nghiệm> & kiểm tra', nguoi_ky: '3' }
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  for (const agency of ['2', '4', '13']) form.append('noi_nhan', agency)
  const bytes = new Uint8Array(await bytesAt(leader, source?.address ?? ''))
  form.set('tep', new Blob([bytes], { type: 'application/pdf' }), 'Tờ trình “mới”.pdf')
  const saved = await specialist.post('/van-ban-di', form)
  const address = saved.headers.get('location') ?? ''
  expect(address).toMatch(/^\/van-ban-di\/\d+$/)
  expect((await filesOf(specialist, address)).map(({ name }) => name)).toEqual(['Tờ trình “mới”.pdf'])
  const page = await specialist.text(address)
  expect(page).toContain('Về việc thử &#60;nghiệm&#62; &#38; kiểm tra')
  expect(page).toContain('Ủy ban nhân dân xã Bình Khê')
  const submitted = await specialist.post(`${address}/trinh-ky`, { _token: specialist.formToken })
  expect(submitted.headers.get('location')).toContain('?bao=')
  const [newest] = rowIds(await leader.text('/van-ban-di?trang-thai=cho-ky-duyet'))
  expect(`/van-ban-di/${newest ?? 0}`).toBe(address)
})
