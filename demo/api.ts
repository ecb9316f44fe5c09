import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { acceptSignedFile } from './accept-signed-file.ts'
import type { SignedFile } from './accept-signed-file.ts'
import { findDelivery, findDocument, numberAndSymbol, recipientsOf } from './documents.ts'
import type { DocumentRow } from './documents.ts'
import { fileAddress } from './files.ts'
import { moveDocument } from './move-document.ts'
import { mayRead } from './pages/file-route.ts'
import { readMultipart } from './read-multipart.ts'
import { holdsFormToken, sessionOf } from './sessions.ts'
import type { System } from './system.ts'
import { buttonActs } from './work-order.ts'

interface IdRoute {
  Params: { id: string }
}

interface SignedFileBody {
  tepId?: number
  ten?: string
  /** Base64. */
  noiDung?: string
}

/** The calls for programs and scripts: JSON in and out, the session's cookie, and X-CSRF-Token on whatever changes something. */
export function serveApi(app: FastifyInstance, system: System): void {
  app.get('/api/ma-truy-cap', (request) => ({ maTruyCap: sessionOf(request).accessToken }))

  app.get<IdRoute>('/api/van-ban/:id', async (request, reply) => {
    const document = readable(system, request)
    if (document === null) return await refuse(reply, 404, 'Không có văn bản này.')
    return await describeDocument(system, document)
  })

  app.get<IdRoute>('/api/tep/:id/ma-bam', async (request, reply) => {
    const file = system.files.find(Number(request.params.id))
    if (file === undefined || !mayRead(system, sessionOf(request).user, file)) return await refuse(reply, 404, 'Không có tệp này.')
    if (system.misbehaviour.standing !== 'told') return await refuse(reply, 404, 'Không có mã băm của tệp này.')
    const { id, name, sha256, sizeBytes } = await system.files.settle(file)
    return { id, ten: name, sha256, dungLuong: sizeBytes }
  })

  app.post<IdRoute & { Body: SignedFileBody | undefined }>('/api/van-ban/:id/tep-da-ky', async (request, reply) => {
    const received = await readSignedFile(request)
    if (!holdsFormToken(request, received.token)) return await refuse(reply, 403, 'Thiếu mã chống giả mạo biểu mẫu.')
    const document = findDocument(system.store, Number(request.params.id))
    const files = document === undefined ? [] : system.files.of(document.id)
    const target = received.fileId === null ? files[0] : files.find(({ id }) => id === received.fileId)
    if (document === undefined || target === undefined) return await refuse(reply, 404, 'Không có văn bản hoặc tệp này.')
    if (received.file === null) return await refuse(reply, 400, 'Chưa có tệp đã ký.')
    const reception = await acceptSignedFile(system, document, target, received.file, sessionOf(request).user, new Date())
    if ('refusal' in reception) return await refuse(reply, reception.status, reception.refusal)
    const { id, name, sha256, sizeBytes } = reception.file
    const tep = { id, ten: name, ...(system.misbehaviour.standing === 'told' ? { sha256 } : {}), dungLuong: sizeBytes }
    return { thanhCong: true, tep, vanBan: { id: document.id, trangThai: reception.document.state } }
  })

  for (const act of buttonActs) {
    app.post<IdRoute & { Body: { ghiChu?: string } | undefined }>(`/api/van-ban/:id/${act}`, async (request, reply) => {
      if (!holdsFormToken(request, undefined)) return await refuse(reply, 403, 'Thiếu mã chống giả mạo biểu mẫu.')
      const document = findDocument(system.store, Number(request.params.id))
      if (document === undefined) return await refuse(reply, 404, 'Không có văn bản này.')
      const outcome = moveDocument(system, document, act, sessionOf(request).user, new Date(), request.body?.ghiChu)
      if ('refusal' in outcome) return await refuse(reply, 409, outcome.refusal)
      const { id, state } = outcome.document
      return { thanhCong: true, vanBan: { id, trangThai: state, soKyHieu: numberAndSymbol(outcome.document) } }
    })
  }
}

async function refuse(reply: FastifyReply, status: number, sentence: string): Promise<FastifyReply> {
  return reply.code(status).send({ thanhCong: false, loi: sentence })
}

function readable(system: System, request: FastifyRequest<IdRoute>): DocumentRow | null {
  const { user } = sessionOf(request)
  const document = findDocument(system.store, Number(request.params.id))
  if (document === undefined) return null
  return document.agencyId === user.agencyId || findDelivery(system.store, document.id, user.agencyId) !== undefined ? document : null
}

async function describeDocument(system: System, document: DocumentRow): Promise<object> {
  const files = await Promise.all(system.files.of(document.id).map((file) => system.files.settle(file)))
  return {
    id: document.id,
    loai: document.kind,
    soKyHieu: numberAndSymbol(document),
    ngayVanBan: document.date,
    trichYeu: document.title,
    nguoiKy: document.signerName,
    trangThai: document.state,
    tep: files.map((file) => ({
      id: file.id, ten: file.name, diaChi: fileAddress(file), vanBanChinh: file.part === 'main', buoc: file.step,
      sha256: file.sha256, dungLuong: file.sizeBytes,
    })),
    noiNhan: recipientsOf(system.store, document.id).map(({ name, level, arrivedAt }) => ({ ten: name, cap: level, ngayDen: arrivedAt })),
  }
}

async function readSignedFile(
  request: FastifyRequest<{ Body: SignedFileBody | undefined }>,
): Promise<{ file: SignedFile | null; fileId: number | null; token: string | undefined }> {
  if (request.isMultipart()) {
    const { fields, file } = await readMultipart(request)
    return { file, fileId: fields['tep_id'] === undefined ? null : Number(fields['tep_id']), token: fields['_token'] }
  }
  const { ten, noiDung, tepId } = request.body ?? {}
  const complete = typeof ten === 'string' && typeof noiDung === 'string'
  return { file: complete ? { name: ten, bytes: Buffer.from(noiDung, 'base64') } : null, fileId: tepId ?? null, token: undefined }
}
