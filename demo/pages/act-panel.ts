import type { FastifyInstance, FastifyReply } from 'fastify'
import { html } from 'ghtml'
import { acceptSignedFile } from '../accept-signed-file.ts'
import { findDocument } from '../documents.ts'
import type { DocumentRow } from '../documents.ts'
import type { FileRow } from '../files.ts'
import { moveDocument } from '../move-document.ts'
import { readMultipart } from '../read-multipart.ts'
import { holdsFormToken, refuseForm, sessionOf } from '../sessions.ts'
import type { Session } from '../sessions.ts'
import type { System } from '../system.ts'
import { actOfSignedFile, buttonActs, steps } from '../work-order.ts'

interface ActRoute {
  Params: { id: string }
  Body: { _token?: string; ghi_chu?: string } | undefined
}

export function serveActs(app: FastifyInstance, system: System): void {
  for (const act of buttonActs) {
    app.post<ActRoute>(`/van-ban-di/:id/${act}`, async (request, reply) => {
      if (!holdsFormToken(request, request.body?._token)) return await refuseForm(reply)
      const { id } = request.params
      const document = findDocument(system.store, Number(id))
      if (document === undefined) return await backTo(reply, id, { loi: 'Không có văn bản này.' })
      const outcome = moveDocument(system, document, act, sessionOf(request).user, new Date(), request.body?.ghi_chu)
      return await backTo(reply, id, 'refusal' in outcome ? { loi: outcome.refusal } : { bao: `${steps[act].done}: đã thực hiện.` })
    })
  }

  app.post<{ Params: { id: string } }>('/van-ban-di/:id/tep-da-ky', async (request, reply) => {
    const { fields, file } = await readMultipart(request)
    if (!holdsFormToken(request, fields['_token'])) return await refuseForm(reply)
    const { id } = request.params
    const document = findDocument(system.store, Number(id))
    const target = system.files.find(Number(fields['tep_id']))
    if (document === undefined || target?.documentId !== document.id) return await backTo(reply, id, { loi: 'Không có tệp này.' })
    if (file === null) return await backTo(reply, id, { loi: 'Chưa chọn tệp đã ký.' })
    const reception = await acceptSignedFile(system, document, target, file, sessionOf(request).user, new Date())
    if ('document' in reception) {
      const { name, sha256 } = reception.file
      return await backTo(reply, id, { bao: `Đã lưu tệp đã ký “${name}”. SHA-256: ${sha256}` })
    }
    if (reception.status === 500) return await reply.code(500).type('text/plain; charset=utf-8').send(reception.refusal)
    return await backTo(reply, id, { loi: reception.refusal })
  })
}

async function backTo(reply: FastifyReply, id: string, notice: { bao: string } | { loi: string }): Promise<FastifyReply> {
  return reply.redirect(`/van-ban-di/${id}?${new URLSearchParams(notice).toString()}`, 303)
}

/** What this user may do with the document now: upload the signed file, or take the next step. */
export function actPanel(document: DocumentRow, files: FileRow[], { user, formToken }: Session): string {
  const act = actOfSignedFile(document.state)
  const upload = act !== null && steps[act].role === user.role ? uploadForm(document, files, act, formToken) : ''
  const buttons = buttonActs.filter((known) => steps[known].from === document.state && steps[known].role === user.role)
  if (upload === '' && buttons.length === 0) return ''
  return html`<section class="the xu-ly"><h2>Xử lý văn bản</h2>!${upload}
!${buttons.map((known) => html`<form method="post" action="/van-ban-di/${document.id}/${known}" class="bieu-mau">
<input type="hidden" name="_token" value="${formToken}">
!${known === 'tra-lai' ? '<label for="ghi-chu">Lý do trả lại</label><input id="ghi-chu" name="ghi_chu" required>' : ''}
<button type="submit" class="nut ${known === 'tra-lai' ? '' : 'chinh'}">${steps[known].label}</button></form>`)}</section>`
}

function uploadForm(document: DocumentRow, files: FileRow[], act: 'ky-duyet' | 'ky-co-quan', formToken: string): string {
  const choices = act === 'ky-duyet' ? files.filter(({ part }) => part === 'main') : files.filter(({ type }) => type === 'application/pdf')
  const action = `/van-ban-di/${document.id}/tep-da-ky`
  return html`<form method="post" action="${action}" enctype="multipart/form-data" class="bieu-mau" id="tai-tep-da-ky">
<input type="hidden" name="_token" value="${formToken}">
<label for="tep-id">Tệp được thay bằng bản đã ký</label>
<select id="tep-id" name="tep_id">!${choices.map((file) => html`<option value="${file.id}">${file.name}</option>`)}</select>
<label for="tep-da-ky">Tệp đã ký số (PDF)</label>
<input type="file" id="tep-da-ky" name="tep_da_ky" accept="application/pdf,.pdf" required>
<button type="submit" class="nut chinh">Tải lên tệp đã ${steps[act].label.toLowerCase()}</button>
</form>`
}
