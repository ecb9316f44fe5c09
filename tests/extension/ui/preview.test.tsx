// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Papers } from '../../../extension/ui/papers.ts'
import { SignWindow } from '../../../extension/ui/sign-window.tsx'
import { refusal, RefusalError } from '../../../shared/errors.ts'
import type { BatchOnScreen } from '../../../shared/messages/view.ts'
import { batch, batchDocument, batchInReview, batchInWork, facts, view } from '../../fixtures/views.ts'
import { blankPapers } from './blank-papers.ts'
import { mount, type Mounted } from './mount.tsx'
import { now } from './scenes.tsx'

/** Every thumbnail's place, to be brought in and out of sight. */
const observed = new Map<Element, (isIntersecting: boolean) => void>()

beforeEach(() => {
  vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: () => undefined, removeEventListener: () => undefined }))
  vi.stubGlobal('IntersectionObserver', class {
    readonly #elements: Element[] = []
    readonly #tell: (entries: { isIntersecting: boolean }[]) => void
    constructor(tell: (entries: { isIntersecting: boolean }[]) => void) {
      this.#tell = tell
    }
    observe(element: Element): void {
      this.#elements.push(element)
      observed.set(element, (isIntersecting) => this.#tell([{ isIntersecting }]))
    }
    disconnect(): void {
      for (const element of this.#elements) observed.delete(element)
    }
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  observed.clear()
})

const show = (shown: BatchOnScreen, papers: Papers = blankPapers().papers, language: 'vi' | 'en' = 'vi') =>
  mount((on) => <SignWindow view={{ ...view, batches: [shown] }} batchId={shown.batchId} now={now} papers={papers} on={on} />, language)

const rowButtons = (window: Mounted) => window.all<HTMLButtonElement>('.open-row')
const rowOf = (window: Mounted, place: number) => {
  const button = rowButtons(window).find(({ dataset }) => dataset['document']?.endsWith(String(place - 1).padStart(3, '0')))
  if (!button) throw new Error(`nothing to press in row ${place}`)
  return button
}
const press = (window: Mounted, key: string) =>
  window.act(() => void document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })))

describe('looking at a document', () => {
  test('opens it, goes on to the next that can be seen, and closes what was open before', async () => {
    const { papers, log } = blankPapers()
    const window = await show(batchInReview(), papers)
    await window.act(() => rowOf(window, 5).click())
    await expect.poll(() => log).toEqual(['open 4'])
    expect(window.all('aside h2')[0]?.textContent).toBe('1204/TB-VP')
    expect(window.all('[aria-current=true]')).toEqual([rowOf(window, 5)])
    // The sixth was refused: there is nothing to see.
    await window.act(() => window.button('Văn bản sau').click())
    await expect.poll(() => log).toEqual(['open 4', 'close 4', 'open 6'])
    expect(window.text()).toContain('Văn bản 7/24')
    await window.act(() => window.button('Đóng').click())
    expect(log.at(-1)).toBe('close 6')
    expect(window.has('aside')).toBe(false)
    expect(document.activeElement).toBe(rowOf(window, 7))
  })

  test('a refused document has nothing to press, and neither has one that is not here yet', async () => {
    const window = await show(batch([batchDocument(0), batchDocument(1, { state: 'refused', refusal: { code: 'document-encrypted', facts: {} } }), batchDocument(2, { state: 'offered' })], { state: 'open' }))
    expect(rowButtons(window)).toHaveLength(1)
  })

  test('the clerk is told whether it will be signed or was', async () => {
    const window = await show(batch([batchDocument(0), batchDocument(1, { state: 'delivered', signedBytes: 9, signedSha256: 'ab'.repeat(32) })], { state: 'done' }))
    await window.act(() => rowOf(window, 1).click())
    expect(window.text()).toContain('Đúng tệp sẽ được ký')
    await window.act(() => rowOf(window, 2).click())
    expect(window.text()).toContain('Tệp đã ký, lấy từ chương trình ký')
  })

  test('what cannot be shown says so: in the words of the table, or that it cannot be drawn', async () => {
    const { papers } = blankPapers()
    const changed = await show(batchInReview(), { ...papers, open: () => Promise.reject(new RefusalError(refusal('document-changed'))) })
    await changed.act(() => rowOf(changed, 1).click())
    await expect.poll(() => changed.all('aside [role=alert]')[0]?.textContent).toMatch(/thay đổi|đổi/)
    const broken = await show(batchInReview(), { ...papers, open: () => Promise.reject(new Error('InvalidPDFException')) })
    await broken.act(() => rowOf(broken, 1).click())
    await expect.poll(() => broken.all('aside [role=alert]')[0]?.textContent).toContain('Không hiện được văn bản này ở đây')
  })

  test('through many with the arrow key opens only the one where it stops', async () => {
    const { papers, log } = blankPapers()
    const window = await show(batchInReview(), papers)
    await window.act(() => rowOf(window, 7).click())
    await window.act(() => rowOf(window, 7).focus())
    for (let count = 0; count < 8; count++) await press(window, 'ArrowDown')
    expect(document.activeElement).toBe(rowOf(window, 15))
    await expect.poll(() => log.at(-1)).toBe('open 14')
    expect(log.filter((line) => line.startsWith('open')).length).toBeLessThan(5)
  })
})

test('the rows by keyboard: one tab stop, arrows move, refused ones are left out', async () => {
  const window = await show(batchInReview())
  expect(rowButtons(window).filter(({ tabIndex }) => tabIndex === 0)).toEqual([rowOf(window, 1)])
  await window.act(() => rowOf(window, 1).focus())
  for (const [key, place] of [['ArrowDown', 2], ['PageDown', 13], ['ArrowUp', 12], ['Home', 1], ['ArrowUp', 1], ['End', 24], ['Home', 1]] as const) {
    await press(window, key)
    expect(document.activeElement).toBe(rowOf(window, place))
  }
  for (let count = 0; count < 5; count++) await press(window, 'ArrowDown')
  expect(document.activeElement).toBe(rowOf(window, 7))
  expect(rowButtons(window).filter(({ tabIndex }) => tabIndex === 0)).toEqual([rowOf(window, 7)])
  expect(window.has('aside')).toBe(false)
})

describe.each(['vi', 'en'] as const)('what a document brings along, in %s', (language) => {
  const warnings = ['no-text', 'already-signed-by-you', 'javascript', 'certified', 'repaired', 'place-unsure', 'scan-pdf-old', 'scan-coarse', 'scan-not-colour'] as const
  const signatures = [true, false, true, true, true].map((valid, index) => ({ holder: `Người ký ${index}`, signedAt: '2026-11-23T02:15:00Z', valid }))

  test('each warning says what it is and what it means, each signature who, when and whether it holds', async () => {
    const window = await show(batch([batchDocument(0, { facts: facts(0, { warnings: [...warnings], signatures }) })]), undefined, language)
    await window.act(() => rowOf(window, 1).click())
    const said = window.all('.full-marks li').map(({ textContent }) => textContent)
    expect(said).toHaveLength(warnings.length + signatures.length)
    for (const words of said.slice(0, warnings.length)) expect(words).toMatch(/^.{12,}\. .{40,}\.$/)
    expect(new Set(said).size).toBe(said.length)
    const validity = language === 'vi' ? ['còn giá trị', 'không còn giá trị'] : ['valid', 'not valid']
    expect(said.slice(warnings.length, warnings.length + 2)).toEqual([`Người ký 0 · 23/11/2026 · ${validity[0]}`, `Người ký 1 · 23/11/2026 · ${validity[1]}`])
  })
})

describe('pictures of first pages', () => {
  const inSight = (window: Mounted) => window.act(() => observed.forEach((tell) => tell(true)))

  test('are drawn for rows in sight, never for what was refused', async () => {
    const { papers, log } = blankPapers()
    const window = await show(batchInReview(), papers)
    expect(log).toEqual([])
    await inSight(window)
    expect(log).toHaveLength(23)
    expect(log).not.toContain('thumbnail 5')
    await expect.poll(() => window.all('.thumbnail img')).toHaveLength(23)
    expect(window.all('.thumbnail img').every((image) => image.getAttribute('alt') === '')).toBe(true)
  })

  test.each([['documents come in', batch([batchDocument(0)], { state: 'open' })], ['the token signs', batchInWork()]])('wait while %s', async (_, shown) => {
    const { papers, log } = blankPapers()
    await inSight(await show(shown, papers))
    expect(log).toEqual([])
  })

  test('are given up when the row leaves before', async () => {
    const signals: AbortSignal[] = []
    const { papers } = blankPapers()
    const window = await show(batch([batchDocument(0)]), { ...papers, thumbnail: (_id, _width, signal) => (signals.push(signal), new Promise(() => undefined)) })
    await inSight(window)
    await window.act(() => observed.forEach((tell) => tell(false)))
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  })
})
