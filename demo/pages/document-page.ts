import type { FastifyInstance, FastifyReply } from 'fastify'
import { html } from 'ghtml'
import { findDelivery, findDocument, historyOf, levelLabels, levels, markSeen, numberAndSymbol, recipientsOf } from '../documents.ts'
import type { Delivery, DocumentRow } from '../documents.ts'
import { fileAddress } from '../files.ts'
import type { FileRow } from '../files.ts'
import { sessionOf } from '../sessions.ts'
import type { Session } from '../sessions.ts'
import type { System } from '../system.ts'
import { actPanel } from './act-panel.ts'
import { dateText, momentText, sizeText, stateMark, urgencyMarks } from './list-parts.ts'
import { shell } from './shell.ts'

interface DocumentRoute {
  Params: { id: string }
  Querystring: { bao?: string; loi?: string }
}

export function serveDocumentPages(app: FastifyInstance, system: System): void {
  app.get<DocumentRoute>('/van-ban-di/:id', async (request, reply) => {
    const session = sessionOf(request)
    const document = findDocument(system.store, Number(request.params.id))
    if (document?.agencyId !== session.user.agencyId) return await noSuchDocument(reply)
    const { bao: good, loi: bad } = request.query
    const notice = good ? { good: true, text: good } : bad ? { good: false, text: bad } : null
    const content = await documentContent(system, session, document, null)
    const page = shell({ system, session, title: document.title, place: document.state, notice }, content)
    return await reply.type('text/html; charset=utf-8').send(page)
  })

  app.get<DocumentRoute>('/van-ban-den/:id', async (request, reply) => {
    const session = sessionOf(request)
    const document = findDocument(system.store, Number(request.params.id))
    const delivery = document === undefined ? undefined : findDelivery(system.store, document.id, session.user.agencyId)
    if (document === undefined || delivery === undefined) return await noSuchDocument(reply)
    markSeen(system.store, delivery, new Date().toISOString())
    const content = await documentContent(system, session, document, delivery)
    const page = shell({ system, session, title: document.title, place: 'van-ban-den' }, content)
    return await reply.type('text/html; charset=utf-8').send(page)
  })
}

async function noSuchDocument(reply: FastifyReply): Promise<FastifyReply> {
  return reply.code(404).type('text/plain; charset=utf-8').send('Không có văn bản này, hoặc văn bản không thuộc cơ quan của bạn.')
}

async function documentContent(system: System, session: Session, document: DocumentRow, delivery: Delivery | null): Promise<string> {
  const files = system.files.of(document.id)
  const [main] = files
  if (main === undefined) throw new Error(`document ${document.id} has no main file`)
  await system.files.bytes(main)
  const list = delivery === null ? `/van-ban-di?trang-thai=${document.state}` : '/van-ban-den'
  return html`<nav class="duong-dan" aria-label="Vị trí"><a href="${list}">‹ Danh sách</a></nav>
<h1>${document.kind}: ${document.title}</h1>
<div class="chi-tiet">
<div class="cot-xem">!${viewer(main, system.misbehaviour.filesNeedAuthorization)}</div>
<div class="cot-tin">
!${facts(document, delivery)}
!${filesPanel(system.files.of(document.id))}
!${delivery === null ? actPanel(document, files, session) : ''}
!${delivery === null ? recipientsPanel(system, document) : ''}
!${historyPanel(system, document)}
</div>
</div>`
}

function viewer(file: FileRow, filesNeedAuthorization: boolean): string {
  const address = fileAddress(file, true)
  if (filesNeedAuthorization) return html`<iframe class="xem-tep" title="Nội dung văn bản" data-xem="${address}"></iframe>`
  return html`<embed class="xem-tep" type="application/pdf" src="${address}" title="Nội dung văn bản">`
}

function facts(document: DocumentRow, delivery: Delivery | null): string {
  const arrival = delivery === null ? '' : html`<dt>Số đến</dt><dd>${delivery.arrivalNumber}</dd>
<dt>Ngày đến</dt><dd>${momentText(delivery.arrivedAt)}</dd>`
  return html`<section class="the"><h2>Thông tin văn bản</h2>
<dl class="thong-tin">!${arrival}
<dt>Số, ký hiệu</dt><dd>${numberAndSymbol(document) ?? `Chưa cấp số (…/${document.symbol})`}</dd>
<dt>Ngày văn bản</dt><dd>${dateText(document.date)}</dd>
<dt>Cơ quan ban hành</dt><dd>${document.agency}</dd>
<dt>Người ký</dt><dd>${document.signerName}</dd>
<dt>Người soạn thảo</dt><dd>${document.drafter ?? '—'}</dd>
<dt>Độ khẩn, độ mật</dt><dd>!${urgencyMarks(document) || 'Thường'}</dd>
<dt>Trạng thái</dt><dd>!${stateMark(document.state)}</dd></dl></section>`
}

const fileSteps = { 'du-thao': 'Bản trình', 'ky-duyet': 'Đã ký duyệt', 'ky-co-quan': 'Đã ký cơ quan' }

function filesPanel(files: FileRow[]): string {
  return html`<section class="the"><h2>Tệp văn bản</h2>
<table class="bang-tep"><thead><tr><th scope="col">Tên tệp</th><th scope="col">Tình trạng</th><th scope="col">Dung lượng</th></tr></thead>
<tbody>!${files.map(fileRow)}</tbody></table></section>`
}

function fileRow(file: FileRow): string {
  const part = file.part === 'main' ? 'Văn bản chính' : 'Tệp kèm theo'
  return html`<tr><td><a class="tep" href="${fileAddress(file)}">${file.name}</a><small>${part}</small></td>
<td>${fileSteps[file.step]}</td><td class="so">${file.sizeBytes === null ? '—' : sizeText(file.sizeBytes)}</td></tr>
`
}

function recipientsPanel(system: System, document: DocumentRow): string {
  const recipients = recipientsOf(system.store, document.id)
  const groups = levels.map((level) => {
    const there = recipients.filter((agency) => agency.level === level)
    return there.length === 0 ? '' : html`<h3>${levelLabels[level]}</h3>
<ul class="noi-nhan">!${there.map((agency) => html`<li>${agency.name} <small>${arrivalText(agency)}</small></li>`)}</ul>
`
  })
  const none = recipients.length === 0 ? '<p class="mo">Chưa chọn nơi nhận.</p>' : ''
  return html`<section class="the" id="noi-nhan"><h2>Nơi nhận</h2>!${groups}!${none}</section>`
}

function arrivalText({ arrivedAt, seenAt }: { arrivedAt: string | null; seenAt: string | null }): string {
  if (arrivedAt === null) return ''
  return seenAt === null ? `đã đến ${momentText(arrivedAt)}` : `đã xem ${momentText(seenAt)}`
}

function historyPanel(system: System, document: DocumentRow): string {
  const lines = historyOf(system.store, document.id).map(({ at, did, actor, note }) => html`<li>
<time datetime="${at}">${momentText(at)}</time><b>${did}</b><span>${actor}</span>!${note === '' ? '' : html`<small>${note}</small>`}</li>`)
  return html`<section class="the"><h2>Quá trình xử lý</h2><ol class="qua-trinh">!${lines}</ol></section>`
}
