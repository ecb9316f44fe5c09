import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import multipart from '@fastify/multipart'
import fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { serveApi } from './api.ts'
import type { Authority } from './authority/authority.ts'
import { openCabinet } from './files.ts'
import { wellBehaved } from './misbehave.ts'
import type { Misbehaviour } from './misbehave.ts'
import { serveActs } from './pages/act-panel.ts'
import { serveDocumentPages } from './pages/document-page.ts'
import { serveDraft } from './pages/draft-page.ts'
import { serveFiles } from './pages/file-route.ts'
import { serveIncomingList } from './pages/incoming-list.ts'
import { serveLogin } from './pages/login-page.ts'
import { serveOutgoingList } from './pages/outgoing-list.ts'
import { servePublicFiles } from './pages/public-files.ts'
import { seedSystem } from './seed/seed-system.ts'
import type { SeedCounts } from './seed/seed-system.ts'
import { drawRecipes } from './seed/draw-recipe.ts'
import { writeImages } from './seed/images.ts'
import type { SystemImages } from './seed/images.ts'
import { demoPassword, keepSessions, sessionOf } from './sessions.ts'
import type { User } from './sessions.ts'
import { openStore } from './store.ts'
import type { Store } from './store.ts'
import type { System } from './system.ts'

export interface DocumentSystemOptions {
  /** Where everything is kept: qlvb.sqlite, tep/, chu-ky.png, con-dau.png, and authority/ unless one is given. */
  folder: string
  /** Default 0: any free one. */
  port?: number
  documents?: Partial<SeedCounts>
  misbehave?: Partial<Misbehaviour>
  /** Who certified the signatures of the seeded documents that are already signed. Default: one kept in the folder. */
  authority?: Authority
}

export interface DocumentSystem {
  /** http://127.0.0.1:port */
  origin: string
  /** All of them; `password` is the same for each. */
  users: User[]
  password: string
  /** The drawn signature of the head of the home agency and its seal, transparent PNG. */
  images: SystemImages
  /** For tests: what happened is asked of the database. */
  store: Store
  misbehave(switches: Partial<Misbehaviour>): void
  endSessions(): void
  close(): Promise<void>
}

const uploadLimitBytes = 110 * 1_048_576

/** Opens the document system on 127.0.0.1, and seeds it when its folder is new. */
export async function startDocumentSystem(options: DocumentSystemOptions): Promise<DocumentSystem> {
  mkdirSync(options.folder, { recursive: true })
  const store = openStore(join(options.folder, 'qlvb.sqlite'))
  seedSystem(store, options.documents ?? {}, new Date())
  const misbehaviour: Misbehaviour = { ...wellBehaved, ...options.misbehave }
  const draw = drawRecipes(options.authority ?? join(options.folder, 'authority'))
  const files = openCabinet(store, join(options.folder, 'tep'), draw)
  const system: System = { store, files, sessions: keepSessions(store, misbehaviour), misbehaviour }
  const images = writeImages(options.folder)
  const app = await buildServer(system)
  const origin = await app.listen({ host: '127.0.0.1', port: options.port ?? 0 })
  return {
    origin,
    users: store.all<User>('select users.*, agencies.name as agency from users join agencies on agencies.id = agencyId order by users.id'),
    password: demoPassword,
    images,
    store,
    misbehave: (switches) => void Object.assign(misbehaviour, switches),
    endSessions: () => system.sessions.closeAll(),
    close: async () => {
      await app.close()
      store.close()
    },
  }
}

async function buildServer(system: System): Promise<FastifyInstance> {
  const app = fastify({ forceCloseConnections: true, bodyLimit: 2 * uploadLimitBytes })
  await app.register(cookie)
  await app.register(formbody)
  await app.register(multipart, { limits: { fileSize: uploadLimitBytes } })
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

const firstPages = { 'chuyen-vien': '/van-ban-di', 'lanh-dao': '/van-ban-di?trang-thai=cho-ky-duyet', 'van-thu': '/van-ban-di?trang-thai=cho-cap-so' }

function firstPage({ role, username }: User): string {
  return username.startsWith('nhan.') ? '/van-ban-den' : firstPages[role]
}

const policy = "default-src 'self'; object-src 'self'; frame-src 'self' blob:; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"

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

if (import.meta.main) {
  const { values } = parseArgs({ options: { folder: { type: 'string', default: '.qlvb' }, port: { type: 'string', default: '8030' } } })
  const { origin, users, password } = await startDocumentSystem({ folder: values.folder, port: Number(values.port) })
  process.stdout.write(`${origin}\n${users.map(({ username, name, title }) => `  ${username}  ${name} – ${title}`).join('\n')}\n  mật khẩu: ${password}\n`)
}
