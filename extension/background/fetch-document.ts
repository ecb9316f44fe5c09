import { orLate } from '../link/or-late.ts'
import { refusal, RefusalError, refuse } from '../../shared/errors.ts'
import { partsOf } from '../../shared/messages/port-talk.ts'
import { mayServe } from '../../shared/messages/may-serve.ts'
import { headBytes, isHtml, loginInText, loginOrError } from '../../shared/messages/read-answer.ts'
import { limits } from '../../shared/protocol/limits.ts'

/** Silence in the middle of a document. The agent waits no longer than `chunkSilenceMs` either. */
const silenceMs = 0.8 * limits.chunkSilenceMs

/** Whose document it is, and where it may come from. */
export interface Source {
  pageOrigin: string
  /** Hosts that hand out the site's files besides its own. */
  fileHosts: readonly string[]
}

/**
 * Fetches a document once, with the clerk's cookies, and passes its bytes on as they arrive. What the page names, and where a redirect
 * leads, must be the page's own: with these cookies one system could otherwise read another that the clerk has open.
 */
export async function* fetchDocument(url: string, source: Source, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  refuseElsewhere(url, source)
  const stop = new AbortController()
  try {
    const response = await request(url, AbortSignal.any([signal, stop.signal]))
    const contentType = response.headers.get('content-type') ?? ''
    const refused = loginOrError({ url: response.url, redirected: response.redirected, status: response.status, contentType }, 'download-failed')
    if (refused) throw new RefusalError(refused)
    refuseElsewhere(response.url, source, contentType)
    refuseTooLarge(Number(response.headers.get('content-length') ?? 0))
    const body = response.body ?? refuse('download-failed', { status: String(response.status) })
    yield* checkParts(partsOf(body), { url: response.url, contentType })
  } finally {
    stop.abort()
  }
}

function refuseElsewhere(url: string, { pageOrigin, fileHosts }: Source, contentType = ''): void {
  const address = new URL(url)
  if (mayServe(pageOrigin, address, fileHosts)) return
  // A page of another host in the place of a document is a login that several systems share.
  if (isHtml(contentType, '')) refuse('login-expired', { site: new URL(pageOrigin).host })
  refuse('document-elsewhere', { site: address.host })
}

/** Looks at the head for a login page, at the sum for the limit, and at the clock for silence. */
export async function* checkParts(parts: AsyncIterable<Uint8Array>, { url, contentType }: { url: string; contentType: string }): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0
  for await (const part of untilSilent(parts)) {
    if (sizeBytes === 0) refuseHtml(new TextDecoder('latin1').decode(part.subarray(0, headBytes)), url, contentType)
    sizeBytes += part.length
    refuseTooLarge(sizeBytes)
    yield part
  }
}

/** The clock runs only while a part is waited for, not while the agent takes its time with the last one. */
async function* untilSilent(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = parts[Symbol.asyncIterator]()
  try {
    while (true) {
      const next = iterator.next()
      const result = await orLate(next, silenceMs)
      if (result === undefined) {
        next.catch(() => undefined)
        refuse('download-failed', { status: 'silent' })
      }
      if (result.done) return
      yield result.value
    }
  } finally {
    // Not awaited: what fell silent may never answer.
    iterator.return?.().catch(() => undefined)
  }
}

function refuseHtml(text: string, url: string, contentType: string): void {
  if (!isHtml(contentType, text)) return
  const login = loginInText({ url, contentType, text })
  throw new RefusalError(login ?? refusal('download-failed', { status: 'html' }))
}

async function request(url: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { credentials: 'include', cache: 'no-store', signal })
  } catch (error) {
    signal.throwIfAborted()
    // A login at another host, which the extension may not read, looks like a broken line; a redirect gives it away.
    const redirects = await fetch(url, { credentials: 'include', cache: 'no-store', redirect: 'manual', signal }).then(
      ({ type, status }) => type === 'opaqueredirect' || (status >= 300 && status < 400),
      () => false,
    )
    return redirects ? refuse('login-expired', { site: new URL(url).host }, error) : refuse('download-failed', { status: 'network' }, error)
  }
}

function refuseTooLarge(sizeBytes: number): void {
  if (sizeBytes <= limits.documentBytes) return
  refuse('document-too-large', { size: megabytes(sizeBytes), limit: megabytes(limits.documentBytes) })
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MB`
}
