import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { System } from './system.ts'

/** Lets the line to the system break where the switch says; once broken it is lost for everybody, until the switch mends it. */
export function breakLine(app: FastifyInstance, { misbehaviour }: System): void {
  app.addHook('onRequest', async (request, reply) => {
    if (misbehaviour.line === 'lost') return cut(request, reply)
    if (misbehaviour.line !== 'breaks-in-upload' || !isUpload(request)) return
    misbehaviour.line = 'lost'
    reply.hijack()
    request.raw.once('data', () => request.raw.socket.destroy())
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const breaks = misbehaviour.line === 'breaks-before-answer' ? isUpload(request) : misbehaviour.line === 'breaks-after-step' && isNextStep(request)
    if (!breaks) return payload
    misbehaviour.line = 'lost'
    cut(request, reply)
    return payload
  })
}

function cut(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack()
  request.raw.socket.destroy()
}

function isUpload(request: FastifyRequest): boolean {
  return isPost(request, '/tep-da-ky')
}

function isNextStep(request: FastifyRequest): boolean {
  return isPost(request, '/phat-hanh')
}

function isPost({ method, url }: FastifyRequest, end: string): boolean {
  return method === 'POST' && new URL(url, 'http://127.0.0.1').pathname.endsWith(end)
}
