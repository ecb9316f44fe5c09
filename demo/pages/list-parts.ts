import { html } from 'ghtml'
import { numberAndSymbol } from '../documents.ts'
import type { ListedDocument } from '../documents.ts'
import { fileAddress } from '../files.ts'
import { stateLabels } from '../work-order.ts'
import type { State } from '../work-order.ts'

/** What every list reads from its address. */
export interface ListQuerystring {
  'tu-khoa'?: string
  'trang'?: string
  'so-dong'?: string
}

export interface Paging {
  search: string
  page: number
  size: number
  offset: number
  limit: number
}

const pageSizes = [25, 50, 100]

export function readPaging(query: ListQuerystring): Paging {
  const size = pageSizes.find((allowed) => String(allowed) === query['so-dong']) ?? 25
  const page = Math.max(1, Math.trunc(Number(query.trang ?? 1)) || 1)
  return { search: query['tu-khoa'] ?? '', page, size, offset: (page - 1) * size, limit: size }
}

export interface Filter {
  path: string
  /** What the choice is called. */
  label: string
  options: Record<string, string>
  selected: string
}

/** The form over a list: search text and one choice; everything is kept in the address. */
export function filterForm({ path, label, options, selected }: Filter, { search, size }: Paging): string {
  const choices = Object.entries(options).map(
    ([value, text]) => html`<option value="${value}"!${value === selected ? ' selected' : ''}>${text}</option>`,
  )
  return html`<form method="get" action="${path}" class="loc" role="search">
<label for="tu-khoa">Tìm kiếm</label>
<input id="tu-khoa" name="tu-khoa" type="search" value="${search}" placeholder="Số, ký hiệu, trích yếu, người ký">
<label for="trang-thai">${label}</label>
<select id="trang-thai" name="trang-thai"><option value="">Tất cả</option>!${choices}</select>
<input type="hidden" name="so-dong" value="${size}">
<button type="submit" class="nut">Lọc</button>
</form>`
}

export function headRow(names: string[]): string {
  return names.map((name) => html`<th scope="col">${name}</th>`).join('')
}

/** @param kept the fields of the address that stay: state, search */
export function pageLinks(path: string, kept: Record<string, string>, { page, size }: Paging, total: number): string {
  const last = Math.max(1, Math.ceil(total / size))
  const address = (to: number, rows = size): string =>
    `${path}?${new URLSearchParams({ ...kept, 'so-dong': String(rows), 'trang': String(to) }).toString()}`
  const near = Array.from({ length: last }, (_, index) => index + 1).filter((to) => to === 1 || to === last || Math.abs(to - page) <= 2)
  const numbers = near.map((to, index) => html`!${index > 0 && to - (near[index - 1] ?? 0) > 1 ? '<li aria-hidden="true">…</li>' : ''}
    <li><a href="${address(to)}"!${to === page ? ' aria-current="page"' : ''} aria-label="Trang ${to}">${to}</a></li>`)
  const sizes = pageSizes.map((rows) => (rows === size ? html`<b>${rows}</b>` : html`<a href="${address(1, rows)}">${rows}</a>`))
  const [first, end] = [Math.min((page - 1) * size + 1, total), Math.min(page * size, total)]
  const shown = total === 0 ? 'Không có văn bản' : html`${first}–${end} trong ${total} văn bản`
  const previous = page > 1 ? html`<li><a href="${address(page - 1)}" rel="prev">‹ Trước</a></li>` : ''
  const next = page < last ? html`<li><a href="${address(page + 1)}" rel="next">Sau ›</a></li>` : ''
  return html`<nav class="phan-trang" aria-label="Phân trang">
  <p>!${shown}</p>
  <ul>!${previous}!${numbers}!${next}</ul>
  <p>Số dòng: !${sizes.join(' · ')}</p>
</nav>`
}

export function numberCell(document: ListedDocument): string {
  const number = numberAndSymbol(document)
  return number === null ? html`<span class="mo">…/${document.symbol}</span>` : html`${number}`
}

/** The main file as a link, and the number of attachments. */
export function fileCell(document: ListedDocument): string {
  const { attachments, fileCode, fileId, fileName } = document
  const others = attachments === 0 ? '' : html`<small class="kem">+ ${attachments} tệp kèm theo</small>`
  return html`<a class="tep" href="${fileAddress({ id: fileId, code: fileCode })}" title="${fileName}">${fileName}</a>!${others}`
}

export function urgencyMarks({ urgency, secrecy }: { urgency: string; secrecy: string }): string {
  const urgent = urgency === 'Thường' ? '' : html`<span class="dau khan">${urgency}</span> `
  return urgent + (secrecy === 'Thường' ? '' : html`<span class="dau mat">${secrecy.toUpperCase()}</span> `)
}

export function stateMark(state: State): string {
  return html`<span class="trang-thai ${state}">${stateLabels[state]}</span>`
}

/** “05/03/2026” of an ISO date or moment, as seen in Vietnam. */
export function dateText(iso: string | null): string {
  if (iso === null) return '—'
  const at = iso.length === 10 ? new Date(`${iso}T00:00:00+07:00`) : new Date(iso)
  return at.toLocaleDateString('vi-VN', { timeZone: 'Asia/Ho_Chi_Minh', day: '2-digit', month: '2-digit', year: 'numeric' })
}

/** “05/03/2026 14:07”. */
export function momentText(iso: string): string {
  const time = new Date(iso).toLocaleTimeString('vi-VN', { timeZone: 'Asia/Ho_Chi_Minh', hour: '2-digit', minute: '2-digit' })
  return `${dateText(iso)} ${time}`
}

export function sizeText(bytes: number): string {
  return bytes < 1_048_576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1_048_576).toFixed(1).replace('.', ',')} MB`
}
