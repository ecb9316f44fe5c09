import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesAt, filesOf, openSite, rowIds, signOnce } from './visitor.ts'
import type { SiteFile, Visitor } from './visitor.ts'

let site: Awaited<ReturnType<typeof openSite>>
let leader: Visitor
let clerk: Visitor

beforeAll(async () => {
  site = await openSite({ documents: { outgoing: 120, incoming: 10 } })
  leader = await site.visit('lanhdao')
  clerk = await site.visit('vanthu')
})
afterAll(() => site.end())

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const stateOf = (id: number): string => site.store.get<{ state: string }>('select state from documents where id = ?', id)?.state ?? ''

/** The next document that waits for the leader, with its main file signed outside. */
async function nextSigned(): Promise<{ id: number; file: SiteFile; signed: Buffer }> {
  const [id = 0] = rowIds(await leader.text('/van-ban-di?trang-thai=cho-ky-duyet'))
  const [file] = await filesOf(leader, `/van-ban-di/${id}`)
  if (file === undefined) throw new Error('a document has a file')
  return { id, file, signed: await signOnce(site, file.id, await bytesAt(leader, file.address), 9) }
}

function uploadForm(visitor: Visitor, fileId: number, bytes: Uint8Array, name: string, token = visitor.formToken): FormData {
  const form = new FormData()
  form.set('_token', token)
  form.set('tep_id', String(fileId))
  form.set('tep_da_ky', new Blob([Buffer.from(bytes)], { type: 'application/pdf' }), name)
  return form
}

describe('a signed file', () => {
  it('comes back by the form of the page and moves the document on', async () => {
    const { id, file, signed } = await nextSigned()
    const name = `${file.name.replace(/\.pdf$/i, '')}.đã ký.pdf`
    const answer = await leader.post(`/van-ban-di/${id}/tep-da-ky`, uploadForm(leader, file.id, signed, name))
    expect(answer.status).toBe(303)
    const shown = await leader.text(answer.headers.get('location') ?? '')
    expect(shown).toContain(sha256(signed))
    expect(shown).toContain('class="thong-bao tot" role="status"')
    expect(stateOf(id)).toBe('cho-cap-so')
    expect(sha256(await bytesAt(leader, file.address))).toBe(sha256(signed))
    expect((await filesOf(leader, `/van-ban-di/${id}`))[0]?.name).toBe(name)
  })

  it('comes back by JSON and by multipart API, and is answered with its digest', async () => {
    const first = await nextSigned()
    const json = { tepId: first.file.id, ten: 'Bản đã ký.pdf', noiDung: first.signed.toString('base64') }
    expect(await leader.api(`/api/van-ban/${first.id}/tep-da-ky`, json)).toMatchObject({
      status: 200,
      answer: {
        thanhCong: true,
        tep: { ten: 'Bản đã ký.pdf', sha256: sha256(first.signed), dungLuong: first.signed.length },
        vanBan: { trangThai: 'cho-cap-so' },
      },
    })
    const second = await nextSigned()
    const form = uploadForm(leader, second.file.id, second.signed, 'Ký.pdf', '')
    const sent = await leader.api(`/api/van-ban/${second.id}/tep-da-ky`, form)
    expect(sent).toMatchObject({ status: 200, answer: { tep: { sha256: sha256(second.signed) } } })
    expect(stateOf(second.id)).toBe('cho-cap-so')
  })

  it('sent twice is one file, answered the same both times', async () => {
    const { id, file, signed } = await nextSigned()
    const once = { tepId: file.id, ten: 'Ký.pdf', noiDung: signed.toString('base64') }
    const answers = [await leader.api(`/api/van-ban/${id}/tep-da-ky`, once), await leader.api(`/api/van-ban/${id}/tep-da-ky`, once)]
    expect(answers[1]).toEqual(answers[0])
    expect(site.store.all('select id from versions where fileId = ?', file.id)).toHaveLength(2)
  })

  it('keeps the version before it within reach', async () => {
    const { id, file, signed } = await nextSigned()
    const before = await bytesAt(leader, file.address)
    await leader.api(`/api/van-ban/${id}/tep-da-ky`, { ten: 'Ký.pdf', noiDung: signed.toString('base64') })
    const [version] = site.store.all<{ id: number }>('select id from versions where fileId = ? order by id', file.id)
    expect(sha256(await bytesAt(leader, `${file.address}&ban=${version?.id ?? 0}`))).toBe(sha256(before))
  })
})

describe('an upload is refused', () => {
  it('without the form token', async () => {
    const { id, file, signed } = await nextSigned()
    expect((await leader.post(`/van-ban-di/${id}/tep-da-ky`, uploadForm(leader, file.id, signed, 'a.pdf', 'sai'))).status).toBe(403)
    const bare = await fetch(`${site.origin}/api/van-ban/${id}/tep-da-ky`, {
      method: 'POST',
      headers: { 'cookie': leader.cookie, 'content-type': 'application/json' },
      body: JSON.stringify({ ten: 'a.pdf', noiDung: '' }),
    })
    expect(bare.status).toBe(403)
    expect(stateOf(id)).toBe('cho-ky-duyet')
  })

  it('when it is no PDF, or carries no new signature', async () => {
    const { id, file } = await nextSigned()
    const send = (bytes: Buffer): Promise<{ status: number; answer: Record<string, unknown> }> =>
      leader.api(`/api/van-ban/${id}/tep-da-ky`, { ten: 'a.pdf', noiDung: bytes.toString('base64') })
    expect(await send(Buffer.from('không phải PDF'))).toMatchObject({ status: 422, answer: { loi: 'Tệp tải lên không phải là tệp PDF.' } })
    expect((await send(await bytesAt(leader, file.address))).status).toBe(422)
    expect(stateOf(id)).toBe('cho-ky-duyet')
  })

  it('from whom the document was not submitted to, and at another step', async () => {
    const { id, signed } = await nextSigned()
    const deputy = await site.visit('pholanhdao')
    const body = { ten: 'a.pdf', noiDung: signed.toString('base64') }
    expect((await deputy.api(`/api/van-ban/${id}/tep-da-ky`, body)).status).toBe(409)
    expect((await clerk.api(`/api/van-ban/${id}/tep-da-ky`, body)).status).toBe(409)
    const draft = site.store.get<{ id: number }>("select id from documents where state = 'du-thao'")?.id ?? 0
    expect((await leader.api(`/api/van-ban/${draft}/tep-da-ky`, body)).status).toBe(409)
  })
})

describe('from signature to recipients', () => {
  it('goes the whole way, attachments included, and stands in the registers at three levels', async () => {
    const { documentId } = site.store.get<{ documentId: number }>(
      `select documentId from files join documents on documents.id = documentId
       where part = 'attachment' and state = 'cho-ky-duyet' and signerId = 3 and exists
       (select 1 from recipients where recipients.documentId = documents.id and recipients.agencyId = 2)`,
    ) ?? { documentId: 0 }
    const page = `/van-ban-di/${documentId}`
    const upload = async (visitor: Visitor, file: SiteFile): Promise<string> => {
      const signed = await signOnce(site, file.id, await bytesAt(visitor, file.address), 7)
      const body = { tepId: file.id, ten: file.name, noiDung: signed.toString('base64') }
      const { answer } = await visitor.api(`/api/van-ban/${documentId}/tep-da-ky`, body)
      return (answer['vanBan'] as { trangThai: string }).trangThai
    }
    const files = await filesOf(leader, page)
    const [main] = files
    if (main === undefined) throw new Error('a document has a file')
    expect(await upload(leader, main)).toBe('cho-cap-so')
    const last = site.store.get<{ last: number }>('select max(number) as last from documents where agencyId = 1')?.last ?? 0
    const numbered = await clerk.api(`/api/van-ban/${documentId}/cap-so`, {})
    expect(numbered).toMatchObject({ status: 200, answer: { vanBan: { trangThai: 'cho-ky-co-quan' } } })
    expect(site.store.get('select number from documents where id = ?', documentId)).toEqual({ number: last + 1 })
    expect(await clerk.api(`/api/van-ban/${documentId}/phat-hanh`, {})).toMatchObject({ status: 409 })

    const states: string[] = []
    for (const file of files) states.push(await upload(clerk, file))
    expect(states.slice(0, -1).every((state) => state === 'cho-ky-co-quan')).toBe(true)
    expect(states.at(-1)).toBe('cho-phat-hanh')

    const issued = await clerk.post(`${page}/phat-hanh`, { _token: clerk.formToken })
    expect(issued.headers.get('location')).toContain('bao=')
    expect(stateOf(documentId)).toBe('da-phat-hanh')
    const recipients = site.store.all<{ agencyId: number; level: string }>(
      'select agencies.id as agencyId, level from recipients join agencies on agencies.id = agencyId where documentId = ?', documentId,
    )
    expect(new Set(recipients.map(({ level }) => level))).toEqual(new Set(['tinh', 'so-huyen', 'xa']))
    const delivered = site.store.all<{ agencyId: number }>('select agencyId from deliveries where documentId = ?', documentId)
    expect(delivered.map(({ agencyId }) => agencyId).toSorted()).toEqual(recipients.map(({ agencyId }) => agencyId).toSorted())

    const receiver = await site.visit('nhan.tinh')
    expect(await receiver.text('/van-ban-den?trang-thai=chua-xem')).toContain(`href="/van-ban-den/${documentId}"`)
    expect((await bytesAt(receiver, main.address)).subarray(0, 5).toString()).toBe('%PDF-')
    expect(await receiver.text(`/van-ban-den/${documentId}`)).toContain('Phát hành tới nơi nhận')
  })

  it('numbers many at once, in one series', async () => {
    const ids = rowIds(await clerk.text('/van-ban-di?trang-thai=cho-cap-so'))
    const form = new URLSearchParams({ _token: clerk.formToken, viec: 'cap-so' })
    for (const id of ids) form.append('chon', String(id))
    const response = await clerk.post('/van-ban-di/nhieu', form)
    expect(new URL(response.headers.get('location') ?? '', site.origin).searchParams.get('bao')).toContain(`cho ${ids.length} văn bản`)
    const numbers = site.store.all<{ number: number }>(
      'select number from documents where agencyId = 1 and number is not null order by number',
    )
    expect(numbers.map(({ number }) => number)).toEqual(numbers.map((_, index) => index + 1))
  })

  it('says why an act is refused', async () => {
    const [id = 0] = rowIds(await leader.text('/van-ban-di?trang-thai=cho-ky-duyet'))
    const response = await clerk.post(`/van-ban-di/${id}/cap-so`, { _token: clerk.formToken })
    const sentence = 'Văn bản đang ở trạng thái “Chờ ký duyệt”, không thể thực hiện “Cấp số”.'
    expect(await clerk.text(response.headers.get('location') ?? '')).toContain(sentence)
    expect(stateOf(id)).toBe('cho-ky-duyet')
  })
})
