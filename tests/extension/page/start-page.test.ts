// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from 'vitest'
import { openShadowRootOf } from '../../../extension/page/roots.ts'
import { startPage, type PageRuntime } from '../../../extension/page/start-page.ts'

beforeEach(() => {
  ;(window as unknown as { happyDOM: { setURL(url: string): void } }).happyDOM.setURL('https://qlvb.example.vn/')
  document.body.innerHTML = '<a href="/1.pdf">1</a>'
})

function start(sendMessage: PageRuntime['sendMessage']): { ask: (message: unknown) => Promise<unknown> | undefined } {
  let listener: (message: unknown) => Promise<unknown> | undefined = () => undefined
  const page = { document, location: new URL('https://qlvb.example.vn/'), shadowRootOf: openShadowRootOf, storages: { local: localStorage, session: sessionStorage } }
  startPage(page, {
    sendMessage: (message) => (message.kind === 'sites' ? Promise.resolve([]) : sendMessage(message)),
    onMessage: {
      addListener: (added) => {
        listener = added
      },
    },
    onConnect: { addListener: () => undefined },
  })
  return { ask: (message) => listener(message) }
}

test('tells the count when it changes, and only then', async () => {
  const told: unknown[] = []
  start((message) => Promise.resolve(told.push(message)))
  await vi.waitFor(() => expect(told).toEqual([{ kind: 'count', count: 1 }]))
  document.body.insertAdjacentHTML('beforeend', '<p>nothing</p>')
  document.body.insertAdjacentHTML('beforeend', '<div id="late"><a href="/2.pdf">2</a><a href="/3.pdf">3</a></div>')
  await vi.waitFor(() => expect(told).toEqual([{ kind: 'count', count: 1 }, { kind: 'count', count: 3 }]))
})

test('documents in a shadow root that came later are seen too', async () => {
  const told: unknown[] = []
  start((message) => Promise.resolve(told.push(message)))
  const host = document.createElement('div')
  host.attachShadow({ mode: 'open' }).innerHTML = '<a href="/2.pdf">2</a>'
  document.body.append(host)
  await vi.waitFor(() => expect(told.at(-1)).toEqual({ kind: 'count', count: 2 }))
  host.shadowRoot?.append(Object.assign(document.createElement('a'), { href: '/3.pdf' }))
  await vi.waitFor(() => expect(told.at(-1)).toEqual({ kind: 'count', count: 3 }))
})

test('answers `find` and nothing else', async () => {
  const { ask } = start(() => Promise.resolve())
  expect(await ask({ kind: 'find', sites: [] })).toMatchObject({ site: 'https://qlvb.example.vn', siteName: 'qlvb.example.vn', documents: [{ url: 'https://qlvb.example.vn/1.pdf' }] })
  expect(ask({ kind: 'else' })).toBeUndefined()
  expect(ask('find')).toBeUndefined()
})

test('an orphaned script falls silent', async () => {
  const disconnect = vi.spyOn(MutationObserver.prototype, 'disconnect')
  let told = 0
  start(() => (++told === 1 ? Promise.resolve() : Promise.reject(new Error('Extension context invalidated.'))))
  await vi.waitFor(() => expect(told).toBe(1))
  document.body.insertAdjacentHTML('beforeend', '<a href="/2.pdf">2</a>')
  await vi.waitFor(() => expect(disconnect).toHaveBeenCalledTimes(1))
})
