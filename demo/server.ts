import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import multipart from '@fastify/multipart'
import fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { serveApi } from './api.ts'
import { breakLine } from './break-line.ts'
import { serveActs } from './pages/act-panel.ts'
import { serveDocumentPages } from './pages/document-page.ts'
import { serveDraft } from './pages/draft-page.ts'
import { serveFiles } from './pages/file-route.ts'
import { serveIncomingList } from './pages/incoming-list.ts'
import { serveLogin } from './pages/login-page.ts'
import { serveOutgoingList } from './pages/outgoing-list.ts'
import { servePublicFiles } from './pages/public-files.ts'
import { sessionOf } from './sessions.ts'
import type { User } from './sessions.ts'
import type { System } from './system.ts'

const uploadLimitBytes = 110 * 1_048_576

/** The pages and calls of the document system behind one door. */
export async function buildServer(system: System): Promise<FastifyInstance> {
  const app = fastify({ forceCloseConnections: true, bodyLimit: 2 * uploadLimitBytes })
  await app.register(cookie)
  await app.register(formbody)
  await app.register(multipart, { limits: { fileSize: uploadLimitBytes } })
  breakLine(app, system)
  guardTheDoor(app, system)
  servePublicFiles(app)
  serveLogin(app, system)
  serveOutgoingList(app, system)
  serveIncomingList(app, system)
  serveDocumentPages(app, system)
  serveDraft(app, system)
  serveActs(app, system)
  serveFiles(app, system)
  serveApi(app, system)
  app.get('/', async (request, reply) => reply.redirect(firstPage(sessionOf(request).user), 303))
  return app
}

const firstPages = {
  'chuyen-vien': '/van-ban-di',
  'lanh-dao': '/van-ban-di?trang-thai=cho-ky-duyet',
  'van-thu': '/van-ban-di?trang-thai=cho-cap-so',
}

function firstPage({ role, username }: User): string {
  return username.startsWith('nhan.') ? '/van-ban-den' : firstPages[role]
}

const policy = [
  "default-src 'self'", "frame-src 'self' blob:", "img-src 'self' data:", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'self'",
].join('; ')

/** No login, no page: programs are told so by 401, people are sent to the login. */
function guardTheDoor(app: FastifyInstance, system: System): void {
  app.decorateRequest('session', null)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'same-origin').header('content-security-policy', policy)
    const { pathname } = new URL(request.url, 'http://127.0.0.1')
    if (pathname === '/dang-nhap' || pathname.startsWith('/tinh/')) return
    if (pathname.startsWith('/tep/') && system.misbehaviour.filesNeedAuthorization) return
    request.session = system.sessions.of(request)
    if (request.session !== null) return
    if (pathname.startsWith('/api/')) return await reply.code(401).send({ thanhCong: false, loi: 'Phiên đăng nhập đã hết hạn.' })
    return await reply.redirect(`/dang-nhap?${new URLSearchParams({ tiep: request.method === 'GET' ? request.url : '/' }).toString()}`, 303)
  })
}
