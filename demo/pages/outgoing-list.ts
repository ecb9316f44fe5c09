import type { FastifyInstance } from 'fastify'
import { html } from 'ghtml'
import { findDocument, listOutgoing, recipientsOf } from '../documents.ts'
import type { ListedDocument, Page } from '../documents.ts'
import { moveDocument } from '../move-document.ts'
import { holdsFormToken, refuseForm, sessionOf } from '../sessions.ts'
import type { Session } from '../sessions.ts'
import type { System } from '../system.ts'
import { buttonActs, stateLabels, states, steps } from '../work-order.ts'
import type { ButtonAct, State } from '../work-order.ts'
import { dateText, fileCell, filterForm, headRow, numberCell, pageLinks, readPaging, stateMark, urgencyMarks } from './list-parts.ts'
import type { ListQuerystring, Paging } from './list-parts.ts'
import { shell } from './shell.ts'

interface OutgoingQuerystring extends ListQuerystring {
  'trang-thai'?: string
  'bao'?: string
  'loi'?: string
}

interface ManyForm {
  _token?: string
  viec?: string
  chon?: string | string[]
}

export function serveOutgoingList(app: FastifyInstance, system: System): void {
  app.get<{ Querystring: OutgoingQuerystring }>('/van-ban-di', async (request, reply) => {
    const session = sessionOf(request)
    const { user } = session
    const state = states.find((known) => known === request.query['trang-thai']) ?? null
    const paging = readPaging(request.query)
    // A leader sees as “chờ ký duyệt” what was submitted to them.
    const signerId = user.role === 'lanh-dao' && state === 'cho-ky-duyet' ? user.id : null
    const found = listOutgoing(system.store, { agencyId: user.agencyId, state, signerId, ...paging })
    const title = state === null ? 'Tất cả văn bản đi' : `Văn bản đi: ${stateLabels[state].toLowerCase()}`
    const { bao: good, loi: bad } = request.query
    const notice = good ? { good: true, text: good } : bad ? { good: false, text: bad } : null
    const page = shell({ system, session, title, place: state ?? 'tat-ca', notice }, listContent(system, title, state, paging, found, session))
    return await reply.type('text/html; charset=utf-8').send(page)
  })

  app.post<{ Body: ManyForm | undefined }>('/van-ban-di/nhieu', async (request, reply) => {
    const { _token, viec, chon = [] } = request.body ?? {}
    if (!holdsFormToken(request, _token)) return await refuseForm(reply)
    const act = buttonActs.find((known) => known === viec)
    if (act === undefined) return await reply.code(400).type('text/plain; charset=utf-8').send('Không rõ việc cần làm.')
    const back = new URLSearchParams({ 'trang-thai': steps[act].from, ...moveMany(system, [chon].flat(), act, sessionOf(request)) })
    return await reply.redirect(`/van-ban-di?${back.toString()}`, 303)
  })
}

function moveMany(system: System, ids: string[], act: ButtonAct, { user }: Session): { bao: string } | { loi: string } {
  if (ids.length === 0) return { loi: 'Chưa chọn văn bản nào.' }
  let done = 0
  let refusal = ''
  for (const id of ids) {
    const document = findDocument(system.store, Number(id))
    const outcome = document === undefined ? { refusal: 'Không có văn bản này.' } : moveDocument(system, document, act, user, new Date())
    if ('refusal' in outcome) refusal = outcome.refusal
    else done += 1
  }
  if (refusal === '') return { bao: `Đã thực hiện “${steps[act].label}” cho ${done} văn bản.` }
  return { loi: `Đã thực hiện “${steps[act].label}” cho ${done}/${ids.length} văn bản. ${refusal}` }
}

function listContent(system: System, title: string, state: State | null, paging: Paging, { rows, total }: Page<ListedDocument>, session: Session): string {
  const kept = { ...(state === null ? {} : { 'trang-thai': state }), ...(paging.search === '' ? {} : { 'tu-khoa': paging.search }) }
  const { formToken, user } = session
  const act = buttonActs.find((known) => known !== 'tra-lai' && steps[known].from === state && steps[known].role === user.role)
  return html`<h1>${title}</h1>
!${filterForm({ path: '/van-ban-di', label: 'Trạng thái', options: stateLabels, selected: state ?? '' }, paging)}
<form method="post" action="/van-ban-di/nhieu" class="danh-sach">
<input type="hidden" name="_token" value="${formToken}">
!${act === undefined ? '' : manyButton(act)}
<div class="cuon" role="region" aria-label="${title}" tabindex="0">
<table class="bang-van-ban" id="bang-van-ban-di">
<thead><tr><th scope="col" class="chon"><input type="checkbox" id="chon-tat-ca" aria-label="Chọn tất cả văn bản của trang này"></th>
!${headRow(['Số, ký hiệu', 'Ngày văn bản', 'Trích yếu', 'Người ký', 'Trạng thái', 'Tệp văn bản'])}</tr></thead>
<tbody>
!${rows.map((row) => outgoingRow(row, waitsForAgency(row.state) ? recipientsOf(system.store, row.id) : []))}
</tbody>
</table>
</div>
</form>
!${pageLinks('/van-ban-di', kept, paging, total)}`
}

function manyButton(act: ButtonAct): string {
  return html`<div class="hang-nut">
<button type="submit" name="viec" value="${act}" class="nut chinh">${steps[act].label} các văn bản đã chọn</button></div>`
}

/** Before it leaves the house, the list says where a document will go. */
function waitsForAgency(state: State): boolean {
  return state === 'cho-ky-co-quan' || state === 'cho-phat-hanh'
}

function outgoingRow(document: ListedDocument, recipients: { name: string }[]): string {
  const names = recipients.map(({ name }) => name).join('; ')
  const to = names === '' ? '' : html`<small class="noi-nhan" title="${names}">Nơi nhận: ${recipients.length}</small>`
  const drafter = html`<small>Soạn thảo: ${document.drafter ?? '—'}</small>`
  return html`<tr id="vb-${document.id}">
<td class="chon"><input type="checkbox" name="chon" value="${document.id}" aria-label="Chọn văn bản ${document.title}"></td>
<td class="so-ky-hieu">!${numberCell(document)}</td>
<td class="ngay">${dateText(document.date)}</td>
<td class="trich-yeu"><a href="/van-ban-di/${document.id}">${document.kind}: ${document.title}</a>
!${urgencyMarks(document)}!${drafter}!${to}</td>
<td class="nguoi-ky">${document.signerName}</td>
<td>!${stateMark(document.state)}</td>
<td class="cot-tep">!${fileCell(document)}</td>
</tr>
`
}
