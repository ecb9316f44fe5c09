// @vitest-environment happy-dom
import { render } from 'preact'
import { act } from 'preact/test-utils'
import { beforeEach, expect, test, vi } from 'vitest'
import { useView, type ViewOnScreen } from '../../../../extension/entrypoints/wiring/use-view.ts'
import type { Command, ViewMessage } from '../../../../shared/messages/view.ts'
import { view } from '../../../fixtures/views.ts'

/** The browser's end of a port, as far as the window sees it. */
class FakePort {
  readonly posted: Command[] = []
  readonly #message: ((message: ViewMessage) => void)[] = []
  readonly #disconnect: (() => void)[] = []
  readonly onMessage = { addListener: (listener: (message: ViewMessage) => void) => this.#message.push(listener) }
  readonly onDisconnect = { addListener: (listener: () => void) => this.#disconnect.push(listener) }
  readonly postMessage = (command: Command) => this.posted.push(command)
  readonly disconnect = () => undefined
  tell(message: ViewMessage): void {
    for (const listener of this.#message) listener(message)
  }
  drop(): void {
    for (const listener of this.#disconnect) listener()
  }
}

const ports = vi.hoisted(() => [] as FakePort[])
vi.mock('wxt/browser', () => ({
  browser: {
    runtime: {
      connect: () => {
        const port = new FakePort()
        ports.push(port)
        return port
      },
    },
  },
}))

const greetings: Command[] = [{ kind: 'find', tabId: 7 }]
let shown: ViewOnScreen

function Window() {
  shown = useView(greetings)
  return null
}

function port(index: number): FakePort {
  const found = ports[index]
  if (!found) throw new Error(`there is no port ${index}`)
  return found
}

beforeEach(async () => {
  vi.useFakeTimers()
  await act(() => render(null, document.body))
  ports.length = 0
  await act(() => render(<Window />, document.body))
  return () => vi.useRealTimers()
})

test('greets, shows the view, sends commands', async () => {
  expect(shown.view).toBeUndefined()
  await act(() => port(0).tell({ kind: 'view', view }))
  expect(shown.view).toEqual(view)
  await act(() => shown.send({ kind: 'pair' }))
  expect(port(0).posted).toEqual([...greetings, { kind: 'pair' }])
})

test('a refusal stays until the next command; an answer without one says nothing', async () => {
  const answer = { about: 'sign', refusal: { code: 'batch-busy', facts: {} } } as const
  await act(() => port(0).tell({ kind: 'answer', answer }))
  expect(shown.answer).toEqual(answer)
  await act(() => shown.send({ kind: 'refresh' }))
  expect(shown.answer).toBeUndefined()
  await act(() => port(0).tell({ kind: 'answer', answer: { about: 'sign', batchId: 'x' } }))
  expect(shown.answer).toBeUndefined()
})

test('when the worker ends, the view stays, a new port greets, and commands go there', async () => {
  await act(() => port(0).tell({ kind: 'view', view }))
  await act(() => port(0).drop())
  expect(shown.view).toEqual(view)
  await act(() => void vi.advanceTimersByTime(1000))
  expect(ports).toHaveLength(2)
  await act(() => shown.send({ kind: 'pair' }))
  expect(port(1).posted).toEqual([...greetings, { kind: 'pair' }])
  expect(port(0).posted).toEqual(greetings)
})

test('a command is pending until it is answered, whatever else is answered meanwhile', async () => {
  const sign: Command = { kind: 'sign', tabId: 7, keys: ['a'], certificateSha256: 'ab', profile: 'approve' }
  await act(() => shown.send(sign))
  await act(() => port(0).tell({ kind: 'answer', answer: { about: 'find' } }))
  // As many batches as before: one was opened, and an old one left the list.
  await act(() => port(0).tell({ kind: 'view', view }))
  expect(shown.pending).toBe('sign')
  await act(() => port(0).tell({ kind: 'answer', answer: { about: 'sign', batchId: 'x' } }))
  expect(shown.pending).toBeUndefined()
})

test('a worker that ends takes the command with it: nothing is pending any more', async () => {
  await act(() => shown.send({ kind: 'sign', tabId: 7, keys: ['a'], certificateSha256: 'ab', profile: 'approve' }))
  expect(shown.pending).toBe('sign')
  await act(() => port(0).drop())
  expect(shown.pending).toBeUndefined()
})

test('a command just after the worker ended wakes it, once', async () => {
  await act(() => port(0).drop())
  await act(() => shown.send({ kind: 'pair' }))
  await act(() => void vi.advanceTimersByTime(1000))
  expect(ports).toHaveLength(2)
  expect(port(1).posted).toEqual([...greetings, { kind: 'pair' }])
})

test('coming back to the window asks again, but not while digits are compared', async () => {
  await act(() => void dispatchEvent(new Event('focus')))
  expect(port(0).posted).toHaveLength(2)
  await act(() => port(0).tell({ kind: 'view', view: { ...view, link: { state: 'pairing', digits: '482913', awaits: 'both' } } }))
  await act(() => void dispatchEvent(new Event('focus')))
  expect(port(0).posted).toHaveLength(2)
})

test('a closed window opens no port', async () => {
  await act(() => render(null, document.body))
  await act(() => port(0).drop())
  await act(() => void vi.advanceTimersByTime(1000))
  expect(ports).toHaveLength(1)
})
