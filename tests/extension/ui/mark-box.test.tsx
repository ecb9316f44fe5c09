// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SignWindow } from '../../../extension/ui/sign-window.tsx'
import type { BatchOnScreen, CommandAnswer } from '../../../shared/messages/view.ts'
import { batch, batchDocument, facts, signatureMark, view } from '../../fixtures/views.ts'
import { blankPapers } from './blank-papers.ts'
import { mount, type Mounted } from './mount.tsx'
import { now } from './scenes.tsx'

/** A sheet of 595.28 points is drawn as wide as 595 CSS pixels (627 less the margin of 16 on both sides). */
const placeWidth = 627

beforeEach(() => {
  vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: () => undefined, removeEventListener: () => undefined }))
  vi.stubGlobal('IntersectionObserver', class { observe(): void {} disconnect(): void {} })
  vi.stubGlobal('ResizeObserver', class {
    readonly #tell: (entries: { contentRect: { width: number } }[]) => void
    constructor(tell: (entries: { contentRect: { width: number } }[]) => void) {
      this.#tell = tell
    }
    observe(): void {
      this.#tell([{ contentRect: { width: placeWidth } }])
    }
    disconnect(): void {}
  })
})
afterEach(() => vi.unstubAllGlobals())

const { papers } = blankPapers()
const documents = [0, 1, 2].map((index) => batchDocument(index, { facts: facts(index, { pages: 3, template: index < 2 ? 'a' : 'b' }), marks: signatureMark(1) }))
const offered = batch(documents, { profile: 'approve' })
const idOf = (index: number) => documents[index]?.documentId ?? ''

const windowOf = (shown: BatchOnScreen, answer?: CommandAnswer) => (on: Parameters<Parameters<typeof mount>[0]>[0]) => (
  <SignWindow view={{ ...view, batches: [shown] }} batchId={shown.batchId} answer={answer} now={now} papers={papers} on={on} />
)

async function open(shown = offered): Promise<Mounted> {
  const window = await mount(windowOf(shown))
  await window.act(() => window.all('.open-row')[0]?.click())
  await expect.poll(() => window.has('[data-mark=signature]')).toBe(true)
  return window
}
const boxOf = (window: Mounted) => window.all('[data-mark=signature]')[0] ?? document.body
const press = (window: Mounted, key: string, rest: KeyboardEventInit = {}, type = 'keydown') =>
  window.act(() => void boxOf(window).dispatchEvent(new KeyboardEvent(type, { key, bubbles: true, cancelable: true, ...rest })))
const point = (window: Mounted, type: string, clientX: number, clientY: number, target: Element = boxOf(window)) =>
  window.act(() => void target.dispatchEvent(new PointerEvent(type, { clientX, clientY, pointerId: 1, button: 0, bubbles: true, cancelable: true })))
const moves = (window: Mounted) => window.told.flatMap(([, value]) => ((value as { kind: string }).kind === 'place' ? (value as { moves: unknown[] }).moves : []))

test('by keys: follows at once, is told when the key is let go, says where it is, and Escape takes it back before it closes anything', async () => {
  const window = await open()
  await window.act(() => boxOf(window).focus())
  await press(window, 'ArrowRight')
  await press(window, 'ArrowRight')
  expect(moves(window)).toEqual([])
  expect(window.all('.mark-word')[0]?.textContent).toBe('Chữ ký: cách mép trái 122 mm, mép dưới 78 mm, rộng 42 mm, cao 21 mm')
  expect(boxOf(window).getAttribute('aria-label')).toBe(window.all('.mark-word')[0]?.textContent)
  await press(window, 'ArrowRight', {}, 'keyup')
  expect(moves(window)).toEqual([{ documentId: idOf(0), mark: 'signature', to: { page: 1, x: 345.66, y: 220, width: 120, height: 60 } }])
  await press(window, 'Escape')
  expect(moves(window).at(-1)).toMatchObject({ to: { x: 340, y: 220 } })
  expect(window.has('aside')).toBe(true)
  await press(window, 'Escape')
  expect(window.has('aside')).toBe(false)
})

test('by the mouse: never out of its page; a drag that is broken off is none', async () => {
  const window = await open()
  await point(window, 'pointerdown', 400, 600)
  await point(window, 'pointermove', 410, 590)
  await point(window, 'pointercancel', 410, 590)
  expect(moves(window)).toEqual([])
  await point(window, 'pointerdown', 400, 600)
  await point(window, 'pointermove', -9000, 9000)
  await point(window, 'pointerup', -9000, 9000)
  expect(moves(window)).toEqual([{ documentId: idOf(0), mark: 'signature', to: { page: 1, x: 0, y: 0, width: 120, height: 60 } }])
})

test('by its corner: larger to the right and downwards', async () => {
  const window = await open()
  const corner = window.all('.mark-corner')[0] ?? document.body
  await point(window, 'pointerdown', 460, 620, corner)
  await point(window, 'pointermove', 490, 630)
  await point(window, 'pointerup', 490, 630)
  const [{ to } = { to: {} }] = moves(window) as { to: Record<string, number> }[]
  expect(to['width']).toBeCloseTo(150, 0)
  expect(to['height']).toBeCloseTo(70, 0)
  expect((to['y'] ?? 0) + (to['height'] ?? 0)).toBeCloseTo(280, 1)
})

test('what the agent refuses goes back to where it was', async () => {
  const window = await open()
  await press(window, 'ArrowUp')
  await press(window, 'ArrowUp', {}, 'keyup')
  const moved = boxOf(window).style.bottom
  const silent = { send: () => undefined } as never
  await window.again(windowOf(offered, { about: 'place', refusal: { code: 'place-outside', facts: { page: '1' } } })(silent))
  expect(boxOf(window).style.bottom).not.toBe(moved)
})

test('for all alike: what was moved here goes to those of the same template, and back again', async () => {
  const proposed = { page: 1, x: 340, y: 220, width: 120, height: 60 }
  const moved = { ...offered, documents: documents.map((document, index) => (index === 0 ? { ...document, marks: signatureMark(1, { by: 'clerk', confidence: 1, x: 300, proposed }) } : document)) }
  const window = await open(moved)
  await window.act(() => boxOf(window).focus())
  await window.act(() => window.all<HTMLInputElement>('input[name=reach]')[1]?.click())
  expect(window.text()).toContain('Cả 2 văn bản cùng mẫu')
  expect(moves(window)).toEqual([0, 1].map((index) => ({ documentId: idOf(index), mark: 'signature', to: { page: 1, x: 300, y: 220, width: 120, height: 60 } })))
  await window.act(() => window.button('Về chỗ gợi ý').click())
  expect(moves(window).at(-1)).toEqual({ documentId: idOf(0), mark: 'signature' })
})

test('once the clerk has agreed, marks are shown and no longer moved; on the signed file they are part of the page', async () => {
  const approving = await open({ ...offered, state: 'approving', documents: documents.map((document) => ({ ...document, state: 'approved' })) })
  expect(boxOf(approving).getAttribute('role')).toBe('img')
  const window = await mount(windowOf({ ...offered, state: 'done', documents: documents.map((document) => ({ ...document, state: 'delivered', signedSha256: 'ab'.repeat(32) })) }))
  await window.act(() => window.all('.open-row')[0]?.click())
  await expect.poll(() => window.has('.sheet')).toBe(true)
  expect(window.has('[data-mark]')).toBe(false)
})
