import { beforeEach, expect, test } from 'vitest'
import type { Browser, Scripting } from 'webextension-polyfill'
import { sitePattern } from '../../../extension/background/site-pattern.ts'
import { originOf, Sites } from '../../../extension/background/sites.ts'
import { refusalOf } from '../../../shared/errors.ts'

const office = 'https://qlvb.example.gov.vn'
const other = 'http://127.0.0.1:8080'

let permitted: Set<string>
let scripts: Scripting.RegisteredContentScript[]
let local: Record<string, unknown>
let managed: Record<string, unknown> | undefined
beforeEach(() => {
  permitted = new Set([`${office}/*`])
  scripts = []
  local = {}
  managed = undefined
})

/** The parts of the browser that sites live on, with the browser's own rules. */
function makeBrowser(runtime = {}): Browser {
  const find = (id: string) => scripts.findIndex((script) => script.id === id)
  return {
    runtime,
    storage: {
      local: { get: () => Promise.resolve(local), set: (items: object) => Promise.resolve(Object.assign(local, items)) },
      managed: { get: () => (managed === undefined ? Promise.reject(new Error('Managed storage manifest not found')) : Promise.resolve(managed)) },
    },
    permissions: {
      contains: ({ origins }: { origins: string[] }) => Promise.resolve(origins.every((origin) => permitted.has(origin))),
      remove: ({ origins }: { origins: string[] }) => Promise.resolve(origins.every((origin) => permitted.delete(origin))),
    },
    scripting: {
      getRegisteredContentScripts: ({ ids }: { ids: string[] }) => Promise.resolve(scripts.filter(({ id }) => ids.includes(id))),
      registerContentScripts: ([script]: [Scripting.RegisteredContentScript]) => {
        if (find(script.id) >= 0) return Promise.reject(new Error('Duplicate script ID'))
        scripts.push(script)
        return Promise.resolve()
      },
      updateContentScripts: ([script]: [Scripting.RegisteredContentScript]) => {
        if (find(script.id) < 0) return Promise.reject(new Error('Nonexistent script ID'))
        scripts.splice(find(script.id), 1, script)
        return Promise.resolve()
      },
      unregisterContentScripts: ({ ids }: { ids: string[] }) => {
        if (ids.some((id) => find(id) < 0)) return Promise.reject(new Error('Nonexistent script ID'))
        for (const id of ids) scripts.splice(find(id), 1)
        return Promise.resolve()
      },
    },
  } as unknown as Browser
}

async function load(runtime = {}): Promise<Sites> {
  const sites = new Sites(makeBrowser(runtime))
  await sites.load()
  return sites
}

const codeOf = (work: Promise<unknown>) => work.then(() => 'fulfilled', (error: unknown) => refusalOf(error).code)
const matches = () => scripts.flatMap((script) => script.matches ?? [])

test('nothing is listed at first, and no script is registered', async () => {
  const sites = await load()
  expect(sites.views).toEqual([])
  expect(sites.isListed(office)).toBe(false)
  expect(scripts).toEqual([])
})

test('a site that the clerk added is listed, runs the script, and is still there after a restart', async () => {
  const sites = await load()
  await sites.add(office)
  expect(sites.views).toEqual([{ origin: office, name: 'qlvb.example.gov.vn', byPolicy: false }])
  expect(scripts).toMatchObject([{ js: ['content-scripts/documents.js'], matches: [`${office}/*`], allFrames: true }])
  expect((await load()).isListed(office)).toBe(true)
  permitted.add(`${other}/*`)
  await sites.add(other)
  expect(matches()).toEqual([`${office}/*`, `${other}/*`])
})

test('a site without the browser\'s permission is not listed', async () => {
  const sites = await load()
  expect(await codeOf(sites.add(other))).toBe('site-not-listed')
  expect(sites.isListed(other)).toBe(false)
})

test('a permission that was taken away ends the listing and the script', async () => {
  const sites = await load()
  await sites.add(office)
  permitted.clear()
  await sites.refresh()
  expect(sites.isListed(office)).toBe(false)
  expect(scripts).toEqual([])
})

test('a removed site loses permission, script and listing', async () => {
  const sites = await load()
  await sites.add(office)
  await sites.remove(office)
  expect(sites.views).toEqual([])
  expect(scripts).toEqual([])
  expect(permitted.size).toBe(0)
})

test('Firefox: patterns have no port, two ports of a host share one, and origins are still told apart', async () => {
  const firefox = { getBrowserInfo: () => Promise.resolve({ name: 'Firefox' }) }
  permitted.add('http://127.0.0.1/*')
  const sites = await load(firefox)
  await sites.add(other)
  await sites.add('http://127.0.0.1:9090')
  expect(matches()).toEqual(['http://127.0.0.1/*'])
  expect(['http://127.0.0.1', other, 'http://127.0.0.1:9090'].map((origin) => sites.isListed(origin))).toEqual([false, true, true])
  await sites.remove(other)
  expect([matches(), sites.isListed(other), permitted.has('http://127.0.0.1/*')]).toEqual([['http://127.0.0.1/*'], false, true])
  await sites.remove('http://127.0.0.1:9090')
  expect([matches(), permitted.has('http://127.0.0.1/*')]).toEqual([[], false])
})

test.each([
  ['https://qlvb.example.vn', 'https://qlvb.example.vn/*', 'https://qlvb.example.vn/*'],
  ['https://qlvb.example.vn:8443', 'https://qlvb.example.vn:8443/*', 'https://qlvb.example.vn/*'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/*', 'http://127.0.0.1/*'],
])('the pattern of %s is %s, in Firefox %s', (origin, chromium, firefox) => {
  expect([sitePattern({ runtime: {} }, origin), sitePattern({ runtime: { getBrowserInfo: () => undefined } }, origin)]).toEqual([chromium, firefox])
})

test('sites of the browser\'s policy are listed where the permission is there; what is no origin is not', async () => {
  managed = { sites: [office, 'https://no.permission.vn', `${office}/path`, 7] }
  const sites = await load()
  expect(sites.views).toEqual([{ origin: office, name: 'qlvb.example.gov.vn', byPolicy: true }])
})

test('where the agent\'s policy names the sites, only these are listed', async () => {
  permitted.add(`${other}/*`)
  const sites = await load()
  await sites.add(other)
  await sites.fix([office])
  expect(sites.views).toEqual([{ origin: office, name: 'qlvb.example.gov.vn', byPolicy: true }])
  expect(await codeOf(sites.add(other))).toBe('site-not-listed')
  await sites.fix([])
  expect(sites.views.map(({ origin }) => origin)).toEqual([other])
})

test.each([
  ['https://a.vn/x?y', 'https://a.vn'],
  ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
  ['chrome-extension://abc/popup.html', undefined],
  ['about:blank', undefined],
  ['no address', undefined],
  [undefined, undefined],
])('the origin of %s', (url, origin) => expect(originOf(url)).toBe(origin))
