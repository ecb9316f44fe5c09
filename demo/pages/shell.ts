import { html } from 'ghtml'
import { counts } from '../documents.ts'
import type { Session } from '../sessions.ts'
import type { System } from '../system.ts'
import { roleLabels, stateLabels, states } from '../work-order.ts'
import type { State } from '../work-order.ts'

export interface Shell {
  system: System
  session: Session
  title: string
  /** The entry of the menu that this page belongs to. */
  place: State | 'tat-ca' | 'van-ban-den' | 'soan'
  /** A sentence about what was just done. */
  notice?: { good: boolean; text: string } | null
}

/** The frame of every page behind the login: header, menu, content. */
export function shell({ system, session, title, place, notice }: Shell, content: string): string {
  const { user } = session
  return html`<!doctype html>
<html lang="vi">
!${head(title, html`<meta name="csrf-token" content="${session.formToken}">`, system.misbehaviour.filesNeedAuthorization)}
<body>
<a class="bo-qua" href="#noi-dung">Tới nội dung chính</a>
<header class="dau-trang">
  <a class="ten-he-thong" href="/">!${emblem}<span><b>Quản lý văn bản và điều hành</b><small>Tỉnh Sơn Lâm</small></span></a>
  <div class="nguoi-dung">
    <span><b>${user.name}</b><small>${user.title} – ${user.agency}</small></span>
    <form method="post" action="/dang-xuat"><input type="hidden" name="_token" value="${session.formToken}">
    <button type="submit" class="nut nhat">Đăng xuất</button></form>
  </div>
</header>
<div class="khung">
  !${menu(system, session, place)}
  <main id="noi-dung" tabindex="-1">
    !${notice ? noticeLine(notice) : ''}
    !${content}
  </main>
</div>
<footer class="chan-trang">Quản lý văn bản và điều hành tỉnh Sơn Lâm – dữ liệu, cơ quan và tên người đều hư cấu, chỉ để thử nghiệm.</footer>
</body>
</html>`
}

function noticeLine({ good, text }: { good: boolean; text: string }): string {
  return html`<div class="thong-bao ${good ? 'tot' : 'loi'}" role="${good ? 'status' : 'alert'}">${text}</div>`
}

export function head(title: string, extra = '', filesNeedAuthorization = false): string {
  return html`<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – QLVB Sơn Lâm</title>
!${extra}
<link rel="icon" href="/tinh/bieu-tuong.svg" type="image/svg+xml">
<link rel="stylesheet" href="/tinh/style.css">
<script src="/tinh/page.js" defer></script>
!${filesNeedAuthorization ? '<script src="/tinh/authorized-files.js" defer></script>' : ''}
</head>`
}

function menu(system: System, { user }: Session, place: Shell['place']): string {
  const { states: totals, unread } = counts(system.store, user.agencyId, user.role === 'lanh-dao' ? user.id : null)
  const entry = (address: string, label: string, own: Shell['place'], total = 0): string => {
    const amount = total === 0 ? '' : html`<span class="so-luong">${total}</span>`
    return html`<li><a href="${address}"!${own === place ? ' aria-current="page"' : ''}><span>${label}</span>!${amount}</a></li>
`
  }
  const draft = user.role === 'chuyen-vien' ? entry('/van-ban-di/soan', 'Soạn dự thảo', 'soan') : ''
  return html`<nav class="trinh-don" aria-label="Trình đơn chính">
  <p class="vai-tro">${roleLabels[user.role]}</p>
  <h2>Văn bản đi</h2>
  <ul>!${draft}!${states.map((state) => entry(`/van-ban-di?trang-thai=${state}`, stateLabels[state], state, totals[state]))}
  !${entry('/van-ban-di', 'Tất cả văn bản đi', 'tat-ca')}</ul>
  <h2>Văn bản đến</h2>
  <ul>!${entry('/van-ban-den', 'Sổ văn bản đến', 'van-ban-den', unread)}</ul>
</nav>`
}

/** A gold star in a red disc: an invented mark, no one's arms. */
export const emblem = `<svg class="bieu-tuong" viewBox="0 0 48 48" aria-hidden="true">
<circle cx="24" cy="24" r="22" fill="#b3261e" stroke="#f2c94c" stroke-width="2.5"/>
<path fill="#f7d154" d="M24 9l3.6 10.6 11.2.2-8.9 6.8 3.2 10.7L24 30.9l-9.1 6.4 3.2-10.7-8.9-6.8 11.2-.2z"/></svg>`
