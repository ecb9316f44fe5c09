import type { FastifyInstance } from 'fastify'
import { html } from 'ghtml'
import { foldedText, levelLabels, levels } from '../documents.ts'
import type { Agency } from '../documents.ts'
import { recordHistory } from '../move-document.ts'
import { holdsFormToken, refuseForm, sessionOf } from '../sessions.ts'
import type { Session, User } from '../sessions.ts'
import type { Store } from '../store.ts'
import type { System } from '../system.ts'
import { shell } from './shell.ts'

const kinds = { 'Công văn': '', 'Quyết định': 'QĐ', 'Tờ trình': 'TTr', 'Báo cáo': 'BC', 'Kế hoạch': 'KH', 'Thông báo': 'TB' }

/** The form in which a specialist begins a document: what it is, who signs, who receives it, and the file. */
export function serveDraft(app: FastifyInstance, system: System): void {
  app.get<{ Querystring: { loi?: string } }>('/van-ban-di/soan', async (request, reply) => {
    const session = sessionOf(request)
    const { loi } = request.query
    const notice = loi ? { good: false, text: loi } : null
    const page = shell({ system, session, title: 'Soạn dự thảo', place: 'soan', notice }, draftForm(system, session))
    return await reply.type('text/html; charset=utf-8').send(page)
  })

  app.post('/van-ban-di', async (request, reply) => {
    const fields: Record<string, string> = {}
    const recipients: number[] = []
    const uploads: { part: 'main' | 'attachment'; name: string; type: string; bytes: Buffer }[] = []
    for await (const part of request.parts()) {
      if (part.type === 'file') {
        const bytes = await part.toBuffer()
        const place = part.fieldname === 'tep' ? 'main' : 'attachment'
        if (part.filename !== '') uploads.push({ part: place, name: part.filename, type: part.mimetype, bytes })
      } else if (part.fieldname === 'noi_nhan') recipients.push(Number(part.value))
      else fields[part.fieldname] = String(part.value)
    }
    if (!holdsFormToken(request, fields['_token'])) return await refuseForm(reply)
    const { user } = sessionOf(request)
    const complaint = complaintAbout(user, fields, uploads)
    if (complaint !== null) return await reply.redirect(`/van-ban-di/soan?${new URLSearchParams({ loi: complaint }).toString()}`, 303)
    const documentId = insertDraft(system, user, fields, recipients)
    for (const { part, name, type, bytes } of uploads.toSorted((one, other) => other.part.localeCompare(one.part))) {
      const version = { name, type, step: 'du-thao', addedBy: user.name, addedAt: new Date().toISOString() } as const
      await system.files.keep(documentId, part, version, bytes)
    }
    return await reply.redirect(`/van-ban-di/${documentId}`, 303)
  })
}

function complaintAbout(user: User, fields: Record<string, string>, uploads: { part: string; bytes: Buffer }[]): string | null {
  if (user.role !== 'chuyen-vien') return 'Chỉ chuyên viên được soạn dự thảo.'
  if ((fields['trich_yeu'] ?? '').trim() === '') return 'Chưa ghi trích yếu.'
  const main = uploads.find(({ part }) => part === 'main')
  return main?.bytes.subarray(0, 1024).includes('%PDF-') === true ? null : 'Văn bản trình ký phải là tệp PDF.'
}

function insertDraft({ store, ...system }: System, user: User, fields: Record<string, string>, recipients: number[]): number {
  const now = new Date()
  const signer = signersOf(store, user).find(({ id }) => id === Number(fields['nguoi_ky']))
  const kind = Object.keys(kinds).find((known) => known === fields['loai']) ?? 'Công văn'
  const own = store.get<{ symbol: string }>('select symbol from agencies where id = ?', user.agencyId)?.symbol ?? ''
  const mark = kinds[kind as keyof typeof kinds]
  const symbol = mark === '' ? `${own}-VP` : `${mark}-${own}`
  const draft = { number: null, kind, symbol, title: (fields['trich_yeu'] ?? '').trim(), signerName: signer?.name ?? '' }
  return store.together(() => {
    const id = store.run(
      `insert into documents (agencyId, kind, symbol, title, urgency, secrecy, state, drafterId, signerId, signerName, movedAt, folded)
       values (?, ?, ?, ?, 'Thường', 'Thường', 'du-thao', ?, ?, ?, ?, ?)`,
      user.agencyId, kind, draft.symbol, draft.title, user.id, signer?.id ?? null, draft.signerName, now.toISOString(), foldedText(draft),
    )
    for (const agencyId of new Set(recipients)) store.run('insert into recipients (documentId, agencyId) values (?, ?)', id, agencyId)
    recordHistory({ store, ...system }, id, user, 'Soạn dự thảo', '', now)
    return id
  })
}

function signersOf(store: Store, { agencyId }: User): User[] {
  return store.all<User>("select * from users where agencyId = ? and role = 'lanh-dao' order by id", agencyId)
}

function draftForm({ store }: System, { user, formToken }: Session): string {
  const agencies = store.all<Agency>('select * from agencies where id <> ? order by id', user.agencyId)
  const choice = ({ id, name }: Agency): string =>
    html`<label class="chon-dong"><input type="checkbox" name="noi_nhan" value="${id}"> ${name}</label>`
  const recipients = levels.map((level) => html`<fieldset><legend>${levelLabels[level]}</legend>
!${agencies.filter((agency) => agency.level === level).map(choice)}</fieldset>`)
  const signers = signersOf(store, user).map(({ id, name, title }) => html`<option value="${id}">${name} (${title})</option>`)
  return html`<h1>Soạn dự thảo</h1>
<form method="post" action="/van-ban-di" enctype="multipart/form-data" class="bieu-mau the rong">
<input type="hidden" name="_token" value="${formToken}">
<label for="loai">Loại văn bản</label>
<select id="loai" name="loai">!${Object.keys(kinds).map((kind) => html`<option>${kind}</option>`)}</select>
<label for="trich_yeu">Trích yếu</label><textarea id="trich_yeu" name="trich_yeu" rows="3" required></textarea>
<label for="nguoi_ky">Người ký</label><select id="nguoi_ky" name="nguoi_ky">!${signers}</select>
<label for="tep">Văn bản (PDF)</label><input type="file" id="tep" name="tep" accept="application/pdf" required>
<label for="tep_kem">Tệp kèm theo</label><input type="file" id="tep_kem" name="tep_kem" multiple>
<div class="noi-nhan-chon">!${recipients}</div>
<button type="submit" class="nut chinh">Lưu dự thảo</button>
</form>`
}
