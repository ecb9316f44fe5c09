import { expect, test } from 'vitest'
import { layOutStamp, type StampLayout } from '../../../../agent/signing/appearance/lay-out-stamp.ts'
import { stampFontFor, type StampFont } from '../../../../agent/signing/appearance/stamp-font.ts'

const lines = ['Ký bởi: Nguyễn Thị Thuỳ Dương', 'Cơ quan: Uỷ ban nhân dân tỉnh Đồng Nai', 'Thời gian ký: 2026-05-13T14:41:57+07:00']

function expectInside({ image, lines: placed, fontSize }: StampLayout, font: StampFont, box: { width: number; height: number }): void {
  for (const { x, baseline, glyphs } of placed) {
    const length = glyphs.reduce((sum, { advance }) => sum + advance, 0)
    expect(x).toBeGreaterThanOrEqual(0)
    expect(x + (length * fontSize) / 1000).toBeLessThanOrEqual(box.width)
    expect(baseline + (font.descent * fontSize) / 1000).toBeGreaterThanOrEqual(-0.01)
    expect(baseline + (font.ascent * fontSize) / 1000).toBeLessThanOrEqual(box.height + 0.01)
    if (!image) continue
    const aside = x >= image.x + image.width || baseline + (font.ascent * fontSize) / 1000 <= image.y
    expect(aside).toBe(true)
  }
  if (image) expect(image.x >= 0 && image.y >= 0 && image.x + image.width <= box.width && image.y + image.height <= box.height).toBe(true)
}

test.each([
  [180, 110],
  [150, 100],
  [300, 60],
  [60, 200],
  [40, 12],
  [500, 300],
])('image and text stay inside %i x %i points and off each other', async (width, height) => {
  const font = await stampFontFor(lines)
  const layout = layOutStamp({ width, height }, font, lines, { width: 600, height: 300 })
  expect(layout.lines.length).toBeGreaterThan(0)
  expect(layout.image && layout.image.width / layout.image.height).toBeCloseTo(2)
  expectInside(layout, font, { width, height })
})

test('text is at most 10 pt, and as large in the usual box that it reads well', async () => {
  const font = await stampFontFor(lines)
  expect(layOutStamp({ width: 500, height: 300 }, font, lines, undefined).fontSize).toBe(10)
  expect(layOutStamp({ width: 180, height: 110 }, font, lines, { width: 600, height: 300 }).fontSize).toBeGreaterThanOrEqual(8)
})

test('a word without an end is cut, not drawn outside', async () => {
  const endless = ['Ư'.repeat(400)]
  const font = await stampFontFor(endless)
  expectInside(layOutStamp({ width: 100, height: 30 }, font, endless, undefined), font, { width: 100, height: 30 })
})

test('an image alone fills the box in its own ratio', () => {
  const layout = layOutStamp({ width: 150, height: 100 }, undefined, [], { width: 400, height: 200 })
  expect(layout.image).toEqual({ x: 1, y: 13, width: 148, height: 74 })
})
