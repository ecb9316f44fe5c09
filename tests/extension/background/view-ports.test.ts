import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Runtime } from 'webextension-polyfill'
import { ViewPorts } from '../../../extension/background/view-ports.ts'
import type { Command, View, ViewMessage } from '../../../shared/messages/view.ts'
import { view } from '../../fixtures/views.ts'

/** One window: what it was told, and its hand. */
class Window {
  readonly told: ViewMessage[] = []
  private hear: (command: Command) => void = () => undefined
  readonly port = {
    onMessage: { addListener: (hear: (command: Command) => void) => void (this.hear = hear) },
    onDisconnect: { addListener: () => undefined },
    postMessage: (message: ViewMessage) => void this.told.push(message),
  } as unknown as Runtime.Port

  send(command: Command): void {
    this.hear(command)
  }

  views(): number {
    return this.told.filter(({ kind }) => kind === 'view').length
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function open(shown: View = view): { ports: ViewPorts; asking: Window; other: Window } {
  const ports = new ViewPorts({ view: () => shown, found: () => undefined, carryOut: () => Promise.resolve({}), counted: () => undefined })
  const [asking, other] = [new Window(), new Window()]
  for (const { port } of [asking, other]) ports.add(port)
  return { ports, asking, other }
}

test('a window that asked sees at once what came of it, after the answer and only once; the others within 100 ms', async () => {
  const { ports, asking, other } = open()
  ports.changed()
  await vi.advanceTimersByTimeAsync(0)
  const [before, otherBefore] = [asking.views(), other.views()]
  asking.send({ kind: 'refresh' })
  await vi.advanceTimersByTimeAsync(0)
  expect(asking.told.slice(-2).map(({ kind }) => kind)).toEqual(['answer', 'view'])
  expect([asking.views() - before, other.views() - otherBefore]).toEqual([1, 0])
  await vi.advanceTimersByTimeAsync(100)
  expect([asking.views() - before, other.views() - otherBefore]).toEqual([1, 1])
})

test('however often something changes, a window is told ten times a second', async () => {
  const { ports, asking } = open()
  const before = asking.views()
  for (let ms = 0; ms < 1_000; ms++) {
    ports.changed()
    await vi.advanceTimersByTimeAsync(1)
  }
  // The first at once.
  expect(asking.views() - before).toBeLessThanOrEqual(11)
})
