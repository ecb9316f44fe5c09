import type { FastifyInstance } from 'fastify'
import { html } from 'ghtml'
import { cookieName, demoPassword, holdsFormToken, refuseForm } from '../sessions.ts'
import type { User } from '../sessions.ts'
import type { System } from '../system.ts'
import { roleLabels } from '../work-order.ts'
import { headRow } from './list-parts.ts'
import { emblem, head } from './shell.ts'

interface LoginForm {
  ten_dang_nhap?: string
  mat_khau?: string
  tiep?: string
}

export function serveLogin(app: FastifyInstance, system: System): void {
  app.get<{ Querystring: { tiep?: string } }>('/dang-nhap', async (request, reply) =>
    reply.type('text/html; charset=utf-8').send(loginPage(system, '', ownAddress(request.query.tiep), null)))

  app.post<{ Body: LoginForm | undefined }>('/dang-nhap', async (request, reply) => {
    const { ten_dang_nhap: username = '', mat_khau: password = '', tiep } = request.body ?? {}
    const opened = system.sessions.open(username, password)
    if (opened === null) {
      const page = loginPage(system, username, ownAddress(tiep), 'Tên đăng nhập hoặc mật khẩu không đúng.')
      return await reply.code(401).type('text/html; charset=utf-8').send(page)
    }
    reply.setCookie(cookieName, opened.id, { path: '/', httpOnly: true, sameSite: 'lax' })
    return await reply.redirect(ownAddress(tiep), 303)
  })

  app.post<{ Body: { _token?: string } | undefined }>('/dang-xuat', async (request, reply) => {
    if (!holdsFormToken(request, request.body?._token)) return await refuseForm(reply)
    system.sessions.close(request)
    return await reply.clearCookie(cookieName, { path: '/' }).redirect('/dang-nhap', 303)
  })
}

/** Only an address of this system may follow the login. */
function ownAddress(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) ? next : '/'
}

function loginPage(system: System, username: string, next: string, complaint: string | null): string {
  const users = system.store.all<User>(
    'select users.*, agencies.short as agency from users join agencies on agencies.id = agencyId order by users.id',
  )
  const rows = users.map((user) => html`<tr><td><code>${user.username}</code></td><td>${user.name}</td>
    <td>${roleLabels[user.role]}, ${user.agency}</td></tr>`)
  return html`<!doctype html>
<html lang="vi">
!${head('Đăng nhập')}
<body class="trang-dang-nhap">
<main class="dang-nhap">
  <section class="the">
    <div class="ten-he-thong doc">!${emblem}<h1>Quản lý văn bản và điều hành</h1><p>Tỉnh Sơn Lâm</p></div>
    !${complaint === null ? '' : html`<div class="thong-bao loi" role="alert">${complaint}</div>`}
    <form method="post" action="/dang-nhap" class="bieu-mau">
      <input type="hidden" name="tiep" value="${next}">
      <label for="ten-dang-nhap">Tên đăng nhập</label>
      <input id="ten-dang-nhap" name="ten_dang_nhap" autocomplete="username" autocapitalize="none" required value="${username}" autofocus>
      <label for="mat-khau">Mật khẩu</label>
      <input id="mat-khau" name="mat_khau" type="password" autocomplete="current-password" required>
      <button type="submit" class="nut chinh">Đăng nhập</button>
    </form>
  </section>
  <section class="the nhe" aria-labelledby="dung-thu">
    <h2 id="dung-thu">Tài khoản dùng thử</h2>
    <p>Mật khẩu chung: <code>${demoPassword}</code></p>
    <table class="tai-khoan"><thead><tr>!${headRow(['Tên đăng nhập', 'Họ và tên', 'Vai trò'])}</tr></thead>
    <tbody>!${rows}</tbody></table>
  </section>
</main>
<footer class="chan-trang">Dữ liệu, cơ quan và tên người đều hư cấu, chỉ để thử nghiệm.</footer>
</body>
</html>`
}
