import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkSigned, downloadSigned } from '../../demo/office/check-signed.ts'
import { listedIds, openDesk, questions, returnedAll, type Desk } from './desk.ts'
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

// A flat colour that no part of the demo's documents has, so that what stands on the page can be told from everything else.
const pictures = [
  { kind: 'PNG', mimeType: 'image/png', ink: [0, 0, 255], size: [600, 200] },
  { kind: 'JPEG', mimeType: 'image/jpeg', ink: [0, 140, 255], size: [500, 300] },
] as const

test.each(pictures)('a picture imported as $kind is kept by the agent and stands on the page of what is signed next', async ({ kind, mimeType, ink, size: [width, height] }) => {
  const { browser, clerk, office, page } = desk
  const options = await browser.context.newPage()
  await options.goto(`chrome-extension://${browser.extensionId}/options.html`)
  const picture = await options.evaluate(drawPicture, { mimeType, ink: `rgb(${ink.join(' ')})`, width, height })
  const kept = options.getByRole('group', { name: 'Ảnh chữ ký của Nguyễn Hữu Thành' })
  await kept.locator('input[type=file]').setInputFiles({ name: 'chu-ky', mimeType, buffer: Buffer.from(picture, 'base64') })
  await kept.getByText(new RegExp(`^${kind === 'PNG' ? 560 : 460} × ${kind === 'PNG' ? 160 : 260} điểm ảnh`)).waitFor()
  await kept.locator('img').waitFor()
  await shoot(options, `pictures-${kind.toLowerCase()}`)
  await options.close()
  expect(questions(office).at(-1)).toMatchObject({ kind: 'confirm', description: expect.stringContaining('Nguyễn Hữu Thành') as string })

  await clerk.openList('cho-ky-duyet', 50)
  const [id = 0] = await listedIds(page)
  const window = await clerk.choose(await clerk.openPopup(), 1)
  await clerk.approve(window)
  await returnedAll(window, 1)
  await window.close()
  const file = await downloadSigned(page, office.system.origin, id, out)
  expect(await checkSigned(id, file, office)).toMatchObject({ valid: true })
  const { inside, outside } = inkOn(file, ink)
  // Two bars that fill a fifth of a place of this shape; the words of the signature stand beside.
  expect(inside).toBeGreaterThan(0.03)
  expect(outside).toBe(0)
})

/** Runs in a window: two thick strokes, transparent around them where the format can be, else on white. @returns the file, base64 */
function drawPicture({ mimeType, ink, width, height }: { mimeType: string; ink: string; width: number; height: number }): string {
  const canvas = document.createElement('canvas')
  Object.assign(canvas, { width, height })
  const on = canvas.getContext('2d')
  if (on === null) throw new Error('no canvas')
  if (mimeType === 'image/jpeg') {
    on.fillStyle = 'white'
    on.fillRect(0, 0, width, height)
  }
  on.fillStyle = ink
  on.fillRect(20, 20, width - 40, 40)
  on.fillRect(20, height - 60, width - 40, 40)
  return canvas.toDataURL(mimeType, 1).replace(/^.*,/, '')
}

/** Of the place of the newest signature, the share in this colour on its page; and how many points elsewhere have it, as poppler draws the file. */
function inkOn(file: string, ink: readonly number[]): { inside: number; outside: number } {
  const [left = 0, bottom = 0, right = 0, top = 0] = signedRect(file)
  const name = `${file}-drawn`
  execFileSync('pdftoppm', ['-png', '-r', '72', file, name])
  const pages = readdirSync(path.dirname(file)).filter((entry) => entry.startsWith(path.basename(name)))
  let [inside, elsewhere] = [0, 0]
  for (const entry of pages) {
    const { width, height, data } = PNG.sync.read(readFileSync(path.join(path.dirname(file), entry)))
    for (let at = 0; at < data.length; at += 4) {
      if (ink.some((value, channel) => Math.abs((data[at + channel] ?? 0) - value) > 40)) continue
      const [x, y] = [(at / 4) % width, height - Math.floor(at / 4 / width)]
      if (x >= left - 1 && x <= right + 1 && y >= bottom - 1 && y <= top + 1) inside++
      else elsewhere++
    }
  }
  return { inside: inside / ((right - left) * (top - bottom)), outside: elsewhere }
}
