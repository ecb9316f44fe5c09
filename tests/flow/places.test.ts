import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkSigned, downloadSigned } from '../../demo/office/check-signed.ts'
import { listedIds, openDesk, returnedAll, type Desk } from './desk.ts'
import { expectAccessible } from './expect-accessible.ts'
import { shoot } from './shoot.ts'

const count = 6
const pointsPerMm = 72 / 25.4
let desk: Desk
let signWindow: Page
let ids: number[]
let out: string
/** Where the window showed the signature of each document last, in points: left, bottom, right, top. */
const shown = new Map<number, number[]>()

beforeAll(async () => {
  out = mkdtempSync(path.join(tmpdir(), 'antin-places-'))
  desk = await openDesk()
  ids = (await listedIds(desk.page)).slice(0, count)
  signWindow = await desk.clerk.choose(await desk.clerk.openPopup(), count)
  await signWindow.setViewportSize({ width: 1280, height: 1000 })
  await signWindow.getByRole('button', { name: `Ký ${count} văn bản` }).and(signWindow.locator(':enabled')).waitFor()
})
afterAll(async () => {
  await desk.close()
  rmSync(out, { recursive: true, force: true })
})

const code = () => signWindow.locator('.code').innerText()
const box = () => signWindow.locator('[data-mark="signature"]')
const word = () => signWindow.locator('.mark-word').innerText()
const agreed = (before: string) => expect.poll(code).not.toBe(before)

async function look(row: number): Promise<Locator> {
  await signWindow.locator('.open-row').nth(row).click()
  await signWindow.getByText(`Văn bản ${row + 1}/${count}`).waitFor()
  await signWindow.getByRole('button', { name: /^Tới khung Chữ ký/ }).click()
  await expect.poll(() => box().evaluate((element) => element === document.activeElement)).toBe(true)
  return box()
}

/** The demo's documents are A4. */
function placeOf(element: Locator): Promise<number[]> {
  return element.evaluate((mark) => {
    const [left = 0, bottom = 0, width = 0, height = 0] = (['left', 'bottom', 'width', 'height'] as const).map((name) => Number.parseFloat((mark as HTMLElement).style[name]) / 100)
    return [left * 595.28, bottom * 841.89, (left + width) * 595.28, (bottom + height) * 841.89]
  })
}

/** /Rect of the newest signature's widget, as qpdf reads the file. */
function signedRect(file: string): number[] {
  const json = JSON.parse(execFileSync('qpdf', ['--json=2', '--json-key=qpdf', file], { maxBuffer: 1 << 28 }).toString()) as { qpdf: [unknown, Record<string, { value?: Record<string, unknown> }>] }
  const widgets = Object.entries(json.qpdf[1]).filter(([, { value }]) => value?.['/Subtype'] === '/Widget' && value['/FT'] === '/Sig' && '/V' in value)
  const newest = widgets.toSorted(([a], [b]) => Number(/\d+/.exec(a)?.[0]) - Number(/\d+/.exec(b)?.[0])).at(-1)
  return newest?.[1].value?.['/Rect'] as number[]
}

function near(place: readonly number[]): unknown[] {
  return place.map((value) => expect.closeTo(value, 0) as unknown)
}

test('by keyboard: one document, 1 mm and 5 mm, said in words, with another code to compare', async () => {
  const element = await look(1)
  const [left = 0, bottom = 0] = await placeOf(element)
  const before = await code()
  await signWindow.keyboard.press('ArrowLeft')
  await agreed(before)
  const between = await code()
  await signWindow.keyboard.press('Shift+ArrowUp')
  await agreed(between)
  const place = await placeOf(element)
  expect(place.slice(0, 2)).toEqual(near([left - pointsPerMm, bottom + 5 * pointsPerMm]))
  expect(await word()).toMatch(/^Chữ ký: cách mép trái \d+ mm, mép dưới \d+ mm, rộng \d+ mm, cao \d+ mm/)
  await signWindow.locator('.sign-row').nth(1).getByText('Bạn đã dời chỗ ký').waitFor()
  shown.set(1, place)
  await expectAccessible(signWindow)
  await shoot(signWindow, 'places-vi')
})

test('by the mouse, at another zoom: a document and all of its template', async () => {
  await signWindow.setViewportSize({ width: 1280, height: 1000 })
  await look(0)
  const all = signWindow.getByText(/^Cả \d+ văn bản cùng mẫu$/)
  const from = await placeOf(box())
  await signWindow.getByRole('button', { name: 'Phóng to' }).click()
  await signWindow.getByRole('button', { name: /^Tới khung Chữ ký/ }).click()
  // The page is drawn anew and scrolled: the frame is taken hold of when it has come to rest.
  await signWindow.getByText('125%', { exact: true }).waitFor()
  await box().hover()
  const on = await box().boundingBox()
  if (on === null) throw new Error('no frame on the page')
  const before = await code()
  await signWindow.mouse.move(on.x + on.width / 2, on.y + on.height / 2)
  await signWindow.mouse.down()
  await signWindow.mouse.move(on.x + on.width / 2 - 60, on.y + on.height / 2 - 25, { steps: 5 })
  await signWindow.mouse.up()
  await agreed(before)
  const place = await placeOf(box())
  expect(place[0]).toBeLessThan((from[0] ?? 0) - 20)
  expect(place[1]).toBeGreaterThan((from[1] ?? 0) + 8)
  shown.set(0, place)
  const one = await code()
  const alike = Number(/\d+/.exec(await all.innerText())?.[0])
  expect(alike).toBeGreaterThan(1)
  await all.click()
  await agreed(one)
  await expect.poll(() => signWindow.getByText('Bạn đã dời chỗ ký').count()).toBeGreaterThanOrEqual(alike)
})

test('the signatures stand where the window showed them', async () => {
  for (let row = 0; row < count; row++) shown.set(row, await placeOf(await look(row)))
  await desk.clerk.approve(signWindow)
  await returnedAll(signWindow, count)
  for (const [row, place] of shown) {
    const id = ids[row] ?? 0
    const file = await downloadSigned(desk.page, desk.office.system.origin, id, out)
    expect(signedRect(file), `row ${row + 1}`).toEqual(near(place))
    expect(await checkSigned(id, file, desk.office)).toMatchObject({ valid: true })
  }
})
