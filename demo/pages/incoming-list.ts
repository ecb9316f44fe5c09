import type { FastifyInstance } from 'fastify'
import { html } from 'ghtml'
import { listIncoming } from '../documents.ts'
import type { ListedDelivery } from '../documents.ts'
import { sessionOf } from '../sessions.ts'
import type { System } from '../system.ts'
import { dateText, fileCell, filterForm, headRow, momentText, numberCell, pageLinks, readPaging, urgencyMarks } from './list-parts.ts'
import type { ListQuerystring } from './list-parts.ts'
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
!${filterForm({ path: '/van-ban-den', label: 'Tình trạng', options: filters, selected: state }, paging)}
<div class="cuon" role="region" aria-label="Sổ văn bản đến" tabindex="0">
<table class="bang-van-ban" id="bang-van-ban-den">
<thead><tr>!${headRow(['Số đến', 'Ngày đến', 'Số, ký hiệu', 'Ngày văn bản', 'Nơi gửi', 'Trích yếu', 'Tệp văn bản'])}</tr></thead>
<tbody>
!${rows.map(incomingRow)}
</tbody>
</table>
</div>
!${pageLinks('/van-ban-den', kept, paging, total)}`
    const page = shell({ system, session, title: 'Sổ văn bản đến', place: 'van-ban-den' }, content)
    return await reply.type('text/html; charset=utf-8').send(page)
  })
}

function incomingRow(delivery: ListedDelivery): string {
  const unread = delivery.seenAt === null ? '<span class="dau moi">Chưa xem</span>' : ''
  return html`<tr id="den-${delivery.id}"!${delivery.seenAt === null ? ' class="chua-xem"' : ''}>
<td class="so-den">${delivery.arrivalNumber}</td>
<td class="ngay">${momentText(delivery.arrivedAt)}</td>
<td class="so-ky-hieu">!${numberCell(delivery)}</td>
<td class="ngay">${dateText(delivery.date)}</td>
<td class="noi-gui">${delivery.agency}</td>
<td class="trich-yeu"><a href="/van-ban-den/${delivery.id}">${delivery.kind}: ${delivery.title}</a>
!${urgencyMarks(delivery)}!${unread}</td>
<td class="cot-tep">!${fileCell(delivery)}</td>
</tr>
`
}
