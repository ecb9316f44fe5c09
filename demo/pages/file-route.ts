import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { findDelivery, findDocument, markSeen } from '../documents.ts'
import type { FileRow } from '../files.ts'
import type { User } from '../sessions.ts'
import type { System } from '../system.ts'

interface FileRoute {
  Params: { id: string }
  Querystring: { ma?: string; xem?: string; ban?: string }
}

/** Hands out files: `/tep/123?ma=…`, with `xem=1` to be shown in place and `ban=…` for an earlier version. */
export function serveFiles(app: FastifyInstance, system: System): void {
  app.get<FileRoute>('/tep/:id', async (request, reply) => {
    const user = readerOf(system, request)
    if (user === null) return await reply.code(401).type('text/plain; charset=utf-8').send('Thiếu mã truy cập tệp.')
    const file = findVersion(system, Number(request.params.id), request.query.ban)
    if (file === undefined || file.code !== request.query.ma || !mayRead(system, user, file)) {
      return await reply.code(404).type('text/plain; charset=utf-8').send('Không có tệp này.')
    }
    if (system.misbehaviour.standing === 'closed' && file.step !== 'du-thao') {
      return await reply.code(503).type('text/plain; charset=utf-8').send('Kho tệp đang bận.')
    }
    if (system.misbehaviour.downloadMarksRead) noteReading(system, user, file)
    return await sendFile(system, reply, file, request.query.xem === '1')
  })
}

/** The cookie opens files, unless the system asks for the header that only its own script can send. */
function readerOf({ misbehaviour, sessions }: System, request: FastifyRequest): User | null {
  const session = misbehaviour.filesNeedAuthorization ? sessions.byAccessToken(request.headers.authorization) : request.session
  return session?.user ?? null
}

function findVersion({ files }: System, fileId: number, version: string | undefined): FileRow | undefined {
  return version === undefined ? files.find(fileId) : files.versions(fileId).find(({ versionId }) => String(versionId) === version)
}

export function mayRead({ store }: System, user: User, file: FileRow): boolean {
  const document = findDocument(store, file.documentId)
  return document?.agencyId === user.agencyId || findDelivery(store, file.documentId, user.agencyId) !== undefined
}

function noteReading({ store }: System, user: User, file: FileRow): void {
  const delivery = findDelivery(store, file.documentId, user.agencyId)
  if (delivery !== undefined) markSeen(store, delivery, new Date().toISOString())
}

async function sendFile(system: System, reply: FastifyReply, file: FileRow, inPlace: boolean): Promise<FastifyReply> {
  const bytes = await system.files.bytes(file)
  const pace = system.misbehaviour.downloadBytesPerSecond
  reply
    .type(file.type)
    .header('content-length', bytes.length)
    .header('content-disposition', dispositionOf(file.name, inPlace))
    .header('cache-control', 'private, no-store')
  return reply.send(pace === null ? bytes : Readable.from(atPace(bytes, pace)))
}

/** RFC 6266: a plain name for old readers, and the whole name in UTF-8 (RFC 8187). */
function dispositionOf(name: string, inPlace: boolean): string {
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd').replaceAll('Đ', 'D').replace(/[^\x20-\x7e]/g, '_')
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  return `${inPlace ? 'inline' : 'attachment'}; filename="${plain.replace(/["\\]/g, '\\$&')}"; filename*=UTF-8''${encoded}`
}

async function* atPace(bytes: Uint8Array, bytesPerSecond: number): AsyncGenerator<Uint8Array> {
  const pieceBytes = Math.max(1, Math.ceil(bytesPerSecond / 20))
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    yield bytes.subarray(at, at + pieceBytes)
    await pause(50)
  }
}
