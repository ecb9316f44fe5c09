import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Misbehaviour } from './misbehave.ts'
import type { Store } from './store.ts'
import type { Role } from './work-order.ts'

export interface User {
  id: number
  username: string
  name: string
  title: string
  role: Role
  unit: string
  agencyId: number
  agency: string
}

export interface Session {
  user: User
  /** Goes with every form and call that changes something. */
  formToken: string
  /** What the page's own script sends as Authorization, where files ask for it. */
  accessToken: string
}

export const cookieName = 'QLVB_PHIEN'
/** One password for all users of the demo; the login page shows it. */
export const demoPassword = 'SonLam@2026'

export interface Sessions {
  open(username: string, password: string): { id: string; session: Session } | null
  of(request: FastifyRequest): Session | null
  byAccessToken(header: string | undefined): Session | null
  close(request: FastifyRequest): void
  closeAll(): void
}

declare module 'fastify' {
  interface FastifyRequest {
    session: Session | null
  }
}

export function keepSessions(store: Store, misbehaviour: Misbehaviour): Sessions {
  const sessions = new Map<string, Session>()
  const idOf = (request: FastifyRequest): string => request.cookies[cookieName] ?? ''
  return {
    open(username, password) {
      const user = password === demoPassword ? findUser(store, username) : undefined
      if (user === undefined) return null
      const id = secret()
      const session = { user, formToken: secret(), accessToken: secret() }
      sessions.set(id, session)
      return { id, session }
    },
    of(request) {
      const session = sessions.get(idOf(request)) ?? null
      if (session === null || misbehaviour.sessionEndsAfterRequests === null) return session
      if (misbehaviour.sessionEndsAfterRequests > 0) {
        misbehaviour.sessionEndsAfterRequests -= 1
        return session
      }
      sessions.clear()
      misbehaviour.sessionEndsAfterRequests = null
      return null
    },
    byAccessToken: (header) => [...sessions.values()].find(({ accessToken }) => header === `Bearer ${accessToken}`) ?? null,
    close: (request) => void sessions.delete(idOf(request)),
    closeAll: () => sessions.clear(),
  }
}

export function findUser(store: Store, username: string): User | undefined {
  return store.get<User>(
    'select users.*, agencies.name as agency from users join agencies on agencies.id = agencyId where username = ?',
    username.trim().toLowerCase(),
  )
}

/** The session of a request that has passed the door. */
export function sessionOf(request: FastifyRequest): Session {
  if (request.session === null) throw new Error('this page is not open to the public')
  return request.session
}

/** True when the request carries the form token of its session, as a field or as a header. */
export function holdsFormToken(request: FastifyRequest, field: unknown): boolean {
  const { formToken } = sessionOf(request)
  return field === formToken || request.headers['x-csrf-token'] === formToken
}

export async function refuseForm(reply: FastifyReply): Promise<FastifyReply> {
  const sentence = 'Phiên của biểu mẫu không còn hiệu lực. Hãy tải lại trang rồi thực hiện lại.'
  return reply.code(403).type('text/plain; charset=utf-8').send(sentence)
}

function secret(): string {
  return randomBytes(18).toString('base64url')
}
