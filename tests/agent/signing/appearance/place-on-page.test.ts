import { describe, expect, test } from 'vitest'
import { defaultPlace, placeOnPage, shownSize } from '../../../../agent/signing/appearance/place-on-page.ts'

const cropBox = [10, 20, 610, 820] as const
const place = { x: 30, y: 40, width: 150, height: 100 }

describe('a place on the shown page becomes a rectangle of the page', () => {
  test.each([
    [0, [40, 60, 190, 160]],
    [90, [470, 50, 570, 200]],
    [180, [430, 680, 580, 780]],
    [270, [50, 640, 150, 790]],
  ] as const)('turned by %i degrees', (rotate, rect) => {
    expect(placeOnPage({ cropBox, rotate, userUnit: 1 }, place).rect).toEqual(rect)
  })

  test('in user space units', () => {
    const placed = placeOnPage({ cropBox, rotate: 0, userUnit: 2 }, place)
    expect(placed.rect).toEqual([25, 40, 100, 90])
    expect([placed.width, placed.height]).toEqual([150, 100])
  })
})

test('a place that hangs over an edge is moved into the page', () => {
  const frame = { cropBox, rotate: 0, userUnit: 1 } as const
  expect(placeOnPage(frame, { x: 580, y: -30, width: 150, height: 100 }).rect).toEqual([460, 20, 610, 120])
  expect(placeOnPage(frame, { x: 0, y: 0, width: 5000, height: 5000 }).rect).toEqual(cropBox)
})

test.each([
  ['A4', [0, 0, 595.3, 841.9], 0],
  ['Letter', [0, 0, 612, 792], 0],
  ['landscape', [0, 0, 841.9, 595.3], 0],
  ['A4 turned', [0, 0, 595.3, 841.9], 90],
  ['a receipt', [0, 0, 100, 150], 0],
] as const)('the default place is inside the right part of %s', (_, box, rotate) => {
  const frame = { cropBox: box, rotate, userUnit: 1 }
  const { width, height } = shownSize(frame)
  const found = defaultPlace(frame, 3, true)
  expect(found.x).toBeGreaterThan(width * 0.4)
  expect(found.x + found.width).toBeLessThan(width)
  expect(found.y + found.height).toBeLessThan(height * 0.55)
})
