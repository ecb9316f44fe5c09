import type { FastifyRequest } from 'fastify'
import type { SignedFile } from './accept-signed-file.ts'

export interface MultipartContent {
  fields: Record<string, string>
  /** The last file part that carries a name; an empty file input sends one without. */
  file: SignedFile | null
}

export async function readMultipart(request: FastifyRequest): Promise<MultipartContent> {
  const content: MultipartContent = { fields: {}, file: null }
  for await (const part of request.parts()) {
    if (part.type === 'field') content.fields[part.fieldname] = String(part.value)
    else if (part.filename === '') part.file.resume()
    else content.file = { name: part.filename, bytes: await part.toBuffer() }
  }
  return content
}
