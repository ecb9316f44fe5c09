import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Browser } from 'webextension-polyfill'
import { SiteBook } from '../../../extension/background/site-book.ts'
import { longestSite, readSite } from '../../../extension/background/site-schema.ts'
import { builtIn } from '../../../extension/page/sites/built-in.ts'
import type { Site } from '../../../shared/messages/site.ts'
import { refusalOf } from '../../../shared/errors.ts'

const here = 'https://qlvb.example.gov.vn'

function siteOf(rest: Partial<Site> = {}): Site {
  const view = { path: '^/vb$', row: 'tr', reads: { file: { selector: 'a', attribute: 'href' } }, waysBack: [] }
  return { format: 'antin-site-1', id: 'own', version: 1, name: 'Của tôi', source: 'test', origins: [here], recognise: { selectors: [] }, views: [view], ...rest }
}

let local: Record<string, unknown>
let managed: Record<string, unknown>
beforeEach(() => {
  local = {}
  managed = {}
})

async function open(built: readonly unknown[] = []): Promise<SiteBook> {
  const storage = {
    local: { get: () => Promise.resolve(structuredClone(local)), set: (items: object) => Promise.resolve(void Object.assign(local, structuredClone(items))) },
    managed: { get: () => Promise.resolve(managed) },
  }
  const book = new SiteBook({ storage } as unknown as Browser, built)
  await book.load()
  return book
}

async function refusedWith(work: Promise<unknown>): Promise<{ code: string; facts: object } | undefined> {
  return work.then(() => undefined, refusalOf)
}

describe('what a descriptor may say', () => {
  test.each(builtIn.map((site) => [(site as Site).id, site] as const))('built in: %s reads', (_, site) => {
    expect(readSite(site)).toEqual({ site })
  })

  const wrong: [string, unknown, string][] = [
    ['another format', { ...siteOf(), format: 'antin-site-2' }, 'format'],
    ['a field that nobody knows', { ...siteOf(), script: 'alert(1)' }, 'script'],
    ['no file', siteOf({ views: [{ path: '', row: 'tr', reads: {}, waysBack: [] } as unknown as Site['views'][0]] }), 'views.0'],
    ['a pattern that is none', siteOf({ recognise: { title: '(', selectors: [] } }), 'recognise.title'],
    ['an id with blanks', siteOf({ id: 'hai chữ' }), 'id'],
    ['an origin with a path', siteOf({ origins: [`${here}/vb`] }), 'origins'],
    ['every origin there is', siteOf({ origins: ['https://*'] }), 'origins'],
    ['an act that is none', siteOf({ views: [{ ...siteOf().views[0], acts: [{ act: 'sign' }] } as unknown as Site['views'][0]] }), 'views.0.acts.0.act'],
    ['no object', 'antin-site-1', 'site'],
    ['nothing', undefined, 'site'],
  ]
  test.each(wrong)('%s is refused, and where is said', (_, value, where) => {
    const read = readSite(value)
    expect('reason' in read ? read.reason : '').toMatch(new RegExp(`^${where}`))
  })

  test('a record does not lend its own name for a reading', () => {
    const reads = JSON.parse('{"__proto__": {"selector": "a"}}') as Site['views'][0]['reads']
    expect(readSite(siteOf({ views: [{ path: '', row: 'tr', reads, waysBack: [] }] }))).toHaveProperty('reason')
  })
})

describe('the book', () => {
  test('policy before own before built in, each only where it holds', async () => {
    managed = { siteDescriptors: [JSON.stringify(siteOf({ id: 'policy' }))] }
    local = { descriptors: [siteOf(), siteOf({ id: 'below', origins: ['https://*.gov.vn'] }), siteOf({ id: 'elsewhere', origins: ['https://other.vn'] })] }
    const book = await open([siteOf({ id: 'built-in', origins: undefined } as unknown as Partial<Site>)].map(({ origins: _, ...site }) => site))
    expect(book.fitting(here).map(({ id }) => id)).toEqual(['policy', 'own', 'below', 'built-in'])
    expect(book.fitting('https://gov.vn').map(({ id }) => id)).toEqual(['built-in'])
    expect(book.fitting('http://qlvb.example.gov.vn').map(({ id }) => id)).toEqual(['built-in'])
    expect(book.views.map(({ id, from, json }) => [id, from, json !== undefined])).toEqual([
      ['policy', 'policy', true], ['own', 'own', true], ['below', 'own', true], ['elsewhere', 'own', true], ['built-in', 'built-in', false],
    ])
  })

  test('one bad line of a policy does not take the others along', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    managed = { siteDescriptors: ['{', { ...siteOf(), id: '' }, siteOf({ id: 'good' })] }
    expect((await open()).fitting(here).map(({ id }) => id)).toEqual(['good'])
    expect(warn).toHaveBeenCalledTimes(2)
    warn.mockRestore()
  })

  test('what is exported on one PC is imported on another, alone or in a list, and kept', async () => {
    const book = await open()
    await book.import(JSON.stringify([siteOf(), siteOf({ id: 'second' })]))
    const [exported] = book.views
    await (await open()).import(exported?.json ?? '')
    expect((await open()).fitting(here).map(({ id }) => id)).toEqual(['second', 'own'])
  })

  test('what is no descriptor, too long, or without an origin is refused; what policy has is fixed', async () => {
    managed = { siteDescriptors: [siteOf({ id: 'policy', name: 'Sở' })] }
    const book = await open()
    const { origins: _, ...everywhere } = siteOf()
    for (const text of ['{', '{}', JSON.stringify(everywhere), ' '.repeat(longestSite + 1)]) expect((await refusedWith(book.import(text)))?.code).toBe('site-unreadable')
    expect(await refusedWith(book.import(JSON.stringify(siteOf({ id: 'policy' }))))).toEqual({ code: 'site-fixed', facts: { name: 'Của tôi' } })
    expect(local).toEqual({})
  })

  test('another page of a taught site is learnt beside the first, the same page anew; removing forgets it all', async () => {
    const book = await open()
    const [view] = siteOf().views
    if (view === undefined) throw new Error('no view')
    await book.learn(siteOf())
    await book.learn(siteOf({ views: [{ ...view, path: '^/den$' }] }))
    const learnt = await book.learn(siteOf({ views: [{ ...view, row: 'li' }] }))
    expect([learnt.version, learnt.views.map(({ path, row }) => [path, row])]).toEqual([3, [['^/vb$', 'li'], ['^/den$', 'tr']]])
    await book.remove('own')
    expect((await open()).fitting(here)).toEqual([])
  })
})
