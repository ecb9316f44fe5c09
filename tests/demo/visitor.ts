import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthority } from '../../demo/authority/authority.ts'
import { compose } from '../../demo/seed/compose.ts'
import { openSeedKey } from '../../demo/seed/detached-cms.ts'
import type { Recipe } from '../../demo/seed/recipe.ts'
import { signSeeded } from '../../demo/seed/sign-seeded.ts'
import { startDocumentSystem } from '../../demo/start.ts'
import type { DocumentSystem, DocumentSystemOptions } from '../../demo/start.ts'

export interface Site extends DocumentSystem {
  folder: string
  visit(username: string): Promise<Visitor>
}

/** Someone who is logged in, with their cookie and form token, and nothing else that a browser has. */
export interface Visitor {
  get(path: string): Promise<Response>
  text(path: string): Promise<string>
  /** Sends a form; redirects are not followed. */
  post(path: string, fields: Record<string, string> | URLSearchParams | FormData): Promise<Response>
  api(path: string, body: object | FormData): Promise<{ status: number; answer: Record<string, unknown> }>
  formToken: string
  cookie: string
}

/** The document system in a folder of its own, which `end` takes away. */
export async function openSite(options: Omit<DocumentSystemOptions, 'folder'> = {}): Promise<Site & { end(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'qlvb-'))
  const system = await startDocumentSystem({ folder, documents: { outgoing: 40, incoming: 30 }, ...options })
  const end = async (): Promise<void> => {
    await system.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { ...system, folder, end, visit: (username) => visit(system, username) }
}

async function visit({ origin, password }: DocumentSystem, username: string): Promise<Visitor> {
  const entry = await fetch(`${origin}/dang-nhap`, {
    method: 'POST', redirect: 'manual', body: new URLSearchParams({ ten_dang_nhap: username, mat_khau: password }),
  })
  const cookie = entry.headers.get('set-cookie')?.split(';')[0] ?? ''
  const get = (path: string): Promise<Response> => fetch(origin + path, { headers: { cookie }, redirect: 'manual' })
  const text = async (path: string): Promise<string> => (await get(path)).text()
  const formToken = /name="csrf-token" content="([^"]+)"/.exec(await text('/van-ban-di'))?.[1] ?? ''
  return {
    get, text, formToken, cookie,
    post: (path, fields) => {
      const body = fields instanceof FormData ? fields : new URLSearchParams(fields)
      return fetch(origin + path, { method: 'POST', headers: { cookie }, redirect: 'manual', body })
    },
    api: async (path, body) => {
      const json = body instanceof FormData ? {} : { 'content-type': 'application/json' }
      const response = await fetch(origin + path, {
        method: 'POST',
        headers: { cookie, 'x-csrf-token': formToken, ...json },
        body: body instanceof FormData ? body : JSON.stringify(body),
      })
      return { status: response.status, answer: (await response.json()) as Record<string, unknown> }
    },
  }
}

/** Ids of the documents in a list, in its order. */
export function rowIds(page: string): number[] {
  return [...page.matchAll(/<tr id="(?:vb|den)-(\d+)"/g)].map(([, id]) => Number(id))
}

export interface SiteFile {
  id: number
  address: string
  name: string
}

/** The files of a document as its page lists them, the main one first. */
export async function filesOf(visitor: Visitor, page: string): Promise<SiteFile[]> {
  const links = (await visitor.text(page)).matchAll(/<a class="tep" href="([^"]+)">([^<]*)<\/a>/g)
  return [...links].map(([, href = '', name = '']) => {
    const address = unescape(href)
    return { address, name: unescape(name), id: Number(/\/tep\/(\d+)/.exec(address)?.[1]) }
  })
}

export async function bytesAt(visitor: Visitor, address: string): Promise<Buffer> {
  const response = await visitor.get(address)
  if (response.status !== 200) throw new Error(`${address} answered ${response.status}`)
  return Buffer.from(await response.arrayBuffer())
}

function unescape(html: string): string {
  return html.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
}

/** Signs a downloaded file as another tool would: a new revision with one more signature. */
export async function signOnce(site: Site, fileId: number, bytes: Uint8Array, ordinal = 1): Promise<Buffer> {
  const row = site.store.get<{ recipe: string }>('select recipe from versions where fileId = ? and recipe is not null', fileId)
  if (row === undefined) throw new Error('only seeded files can be signed here')
  const recipe = JSON.parse(row.recipe) as Recipe
  const authority = await createAuthority(join(site.folder, 'authority'))
  const holder = { profile: 'leader' as const, name: 'Nguyễn Hữu Thành', organisation: 'Sở Nội vụ tỉnh Sơn Lâm' }
  const key = openSeedKey(await authority.issue(holder))
  const kind = recipe.part === 'document' ? 'leader' : 'attachment'
  const { name, organisation } = holder
  const signature = { kind, holder: name, organisation, place: 'Sơn Lâm', at: new Date().toISOString(), certifies: false } as const
  return await signSeeded(bytes, recipe, compose(recipe), signature, ordinal, key)
}
