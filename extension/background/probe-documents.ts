import type { FoundInTab, FoundTab } from './find-in-tab.ts'

/** So many heads at most are asked for when the clerk opens the window, so many at a time, and each waits so long. */
const mostProbes = 24
const atOnce = 3
const patienceMs = 4_000

interface Head {
  isPdf: boolean
  name: string | undefined
  /** What the system itself says of the bytes: the same mark is the same file. */
  mark: string | undefined
}

/**
 * Asks for the heads of links that only may be documents. Never of what is marked secret, never where opening a file marks it as read,
 * never at another origin; the window shows what was found meanwhile.
 */
export async function probeFound(found: FoundTab): Promise<FoundTab> {
  if (found.opensLoudly) return found
  const unsure = found.documents.filter((document) => mayBeProbed(document, found.site)).slice(0, mostProbes)
  if (unsure.length === 0) return found
  const heads = new Map<string, Head | undefined>()
  const queue = [...unsure]
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) heads.set(next.key, await readHead(next.url ?? '', found.site))
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return { ...found, documents: mergeByMark(found.documents, heads) }
}

function mayBeProbed({ certainty, url, byPage, secrecy }: FoundInTab, site: string): boolean {
  return certainty === 'probable' && !byPage && secrecy === undefined && url !== undefined && new URL(url).origin === site
}

function mergeByMark(documents: readonly FoundInTab[], heads: ReadonlyMap<string, Head | undefined>): FoundInTab[] {
  const seen = new Set<string>()
  return documents.flatMap((document) => {
    const head = heads.get(document.key)
    if (head === undefined) return [document]
    if (!head.isPdf || (head.mark !== undefined && seen.has(head.mark))) return []
    if (head.mark !== undefined) seen.add(head.mark)
    return [{ ...document, certainty: 'certain' as const, name: head.name ?? document.name }]
  })
}

/** Undefined where the system did not tell: the link stays as unsure as it was. */
async function readHead(url: string, site: string): Promise<Head | undefined> {
  try {
    const head = await ask(url, 'HEAD')
    // Many systems know no HEAD; the first bytes are asked for then.
    return headOf(head.status === 405 || head.status === 501 || head.status === 404 ? await ask(url, 'GET') : head, site)
  } catch {
    return undefined
  }
}

async function ask(url: string, method: 'HEAD' | 'GET'): Promise<Response> {
  const headers = method === 'GET' ? { range: 'bytes=0-1023' } : {}
  const response = await fetch(url, { method, headers, credentials: 'include', cache: 'no-store', signal: AbortSignal.timeout(patienceMs) })
  // Not every system keeps to the range: the rest is not waited for.
  await response.body?.cancel()
  return response
}

function headOf({ ok, url, headers }: Response, site: string): Head | undefined {
  if (!ok || new URL(url).origin !== site) return undefined
  const type = headers.get('content-type') ?? ''
  const name = dispositionName(headers.get('content-disposition') ?? '')
  const isPdf = /^application\/(x-)?pdf\b/i.test(type) || /\.pdf$/i.test(name ?? '')
  const open = type === '' || /octet-stream|force-download|x-download/i.test(type)
  if (!isPdf && open && name === undefined) return undefined
  return { isPdf, name: isPdf ? name : undefined, mark: headers.get('repr-digest') ?? headers.get('digest') ?? strongTag(headers) }
}

function strongTag(headers: Headers): string | undefined {
  const tag = headers.get('etag')
  const length = headers.get('content-length')
  return tag?.startsWith('"') === true && tag.length > 10 && length !== null ? `${tag} ${length}` : undefined
}

/** RFC 6266: `filename*` before `filename`. */
export function dispositionName(disposition: string): string | undefined {
  const extended = /filename\*\s*=\s*utf-8'[^']*'([^;]+)/i.exec(disposition)?.[1]
  if (extended !== undefined) {
    try {
      return decodeURIComponent(extended.trim())
    } catch {
      // Broken escapes: the plain name may still do.
    }
  }
  const [, quoted, bare] = /filename\s*=\s*(?:"([^"]*)"|([^;]+))/i.exec(disposition) ?? []
  const name = (quoted ?? bare)?.trim()
  if (name === undefined || name === '') return undefined
  // Servers write UTF-8 where the header is read as Latin-1.
  const bytes = Uint8Array.from({ length: name.length }, (_, index) => name.charCodeAt(index) & 0xff)
  return /^[\0-\xff]*$/.test(name) ? (decodeUtf8(bytes) ?? name) : name
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
