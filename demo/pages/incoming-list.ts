import type { FastifyInstance } from 'fastify'
import { html } from 'ghtml'
import { listIncoming } from '../documents.ts'
import type { ListedDelivery } from '../documents.ts'
import { sessionOf } from '../sessions.ts'
import type { System } from '../system.ts'
import { dateText, fileCell, momentText, numberCell, pageLinks, readPaging, urgencyMarks } from './list-parts.ts'
import type { ListQuerystring, Paging } from './list-parts.ts'
import { shell } from './shell.ts'

interface IncomingQuerystring extends ListQuerystring {
  'trang-thai'?: string
}

const filters = { 'chua-xem': 'Chưa xem', 'da-xem': 'Đã xem' }

export function serveIncomingList(app: FastifyInstance, system: System): void {
  app.get<{ Querystring: IncomingQuerystring }>('/van-ban-den', async (request, reply) => {
    const session = sessionOf(request)
    const state = request.query['trang-thai'] ?? ''
    const seen = state === 'chua-xem' ? false : state === 'da-xem' ? true : null
    const paging = readPaging(request.query)
    const { rows, total } = listIncoming(system.store, { agencyId: session.user.agencyId, seen, ...paging })
    const kept = { ...(seen === null ? {} : { 'trang-thai': state }), ...(paging.search === '' ? {} : { 'tu-khoa': paging.search }) }
    const content = html`<h1>Sổ văn bản đến</h1>
!${filterForm(state, paging)}
<div class="cuon" role="region" aria-label="Sổ văn bản đến" tabindex="0">
<table class="bang-van-ban" id="bang-van-ban-den">
<thead><tr><th scope="col">Số đến</th><th scope="col">Ngày đến</th><th scope="col">Số, ký hiệu</th><th scope="col">Ngày văn bản</th><th scope="col">Nơi gửi</th><th scope="col">Trích yếu</th><th scope="col">Tệp văn bản</th></tr></thead>
<tbody>
!${rows.map(incomingRow)}
</tbody>
</table>
</div>
!${pageLinks('/van-ban-den', kept, paging, total)}`
    return await reply.type('text/html; charset=utf-8').send(shell({ system, session, title: 'Sổ văn bản đến', place: 'van-ban-den' }, content))
  })
}

function incomingRow(delivery: ListedDelivery): string {
  return html`<tr id="den-${delivery.id}"!${delivery.seenAt === null ? ' class="chua-xem"' : ''}>
<td class="so-den">${delivery.arrivalNumber}</td>
<td class="ngay">${momentText(delivery.arrivedAt)}</td>
<td class="so-ky-hieu">!${numberCell(delivery)}</td>
<td class="ngay">${dateText(delivery.date)}</td>
<td class="noi-gui">${delivery.agency}</td>
<td class="trich-yeu"><a href="/van-ban-den/${delivery.id}">${delivery.kind}: ${delivery.title}</a> !${urgencyMarks(delivery)}!${delivery.seenAt === null ? '<span class="dau moi">Chưa xem</span>' : ''}</td>
<td class="cot-tep">!${fileCell(delivery)}</td>
</tr>
`
}

function filterForm(state: string, { search, size }: Paging): string {
  return html`<form method="get" action="/van-ban-den" class="loc" role="search">
<label for="tu-khoa">Tìm kiếm</label><input id="tu-khoa" name="tu-khoa" type="search" value="${search}" placeholder="Số, ký hiệu, trích yếu, người ký">
<label for="trang-thai">Tình trạng</label><select id="trang-thai" name="trang-thai"><option value="">Tất cả</option>
!${Object.entries(filters).map(([value, label]) => html`<option value="${value}"!${value === state ? ' selected' : ''}>${label}</option>`)}</select>
<input type="hidden" name="so-dong" value="${size}">
<button type="submit" class="nut">Lọc</button>
</form>`
}
