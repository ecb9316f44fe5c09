import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { emblem } from './shell.ts'

const kept = {
  'style.css': 'text/css; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'authorized-files.js': 'text/javascript; charset=utf-8',
}

/** Style and scripts, which stand beside this file. */
export function servePublicFiles(app: FastifyInstance): void {
  for (const [name, type] of Object.entries(kept)) {
    const content = readFileSync(new URL(name, import.meta.url), 'utf8')
    app.get(`/tinh/${name}`, async (_request, reply) => reply.type(type).send(content))
  }
  const icon = emblem.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
  app.get('/tinh/bieu-tuong.svg', async (_request, reply) => reply.type('image/svg+xml').send(icon))
}
