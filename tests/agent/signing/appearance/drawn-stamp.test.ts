import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDocumentWorkers } from '../../../../agent/signing/document-workers.ts'
import type { Appearance } from '../../../../agent/signing/appearance/appearance.ts'
import type { DocumentWorkers } from '../../../../agent/signing/sign-document.ts'
import { makePdf } from '../../pdf/made-pdf.ts'
import { pdfsig } from '../judges.ts'
import { writeDecision } from '../sample-pdf.ts'
import { makeSigner, type Signer } from '../signer.ts'

let folder: string
let quarters: string
let signer: Signer
let workers: DocumentWorkers

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'antin-stamp-'))
  quarters = join(folder, 'quarters.png')
  writeFileSync(quarters, fourQuarters())
  signer = await makeSigner(join(folder, 'authority'))
  workers = createDocumentWorkers()
})
afterAll(async () => {
  await workers.close()
  rmSync(folder, { recursive: true })
})

/** Blue, red over green, black: shows where a picture is and which way up. */
function fourQuarters(): Buffer {
  const png = new PNG({ width: 200, height: 100 })
  for (let y = 0; y < 100; y++) {
    for (let x = 0; x < 200; x++) {
      const colour = y < 50 ? (x < 100 ? [0, 0, 255] : [255, 0, 0]) : x < 100 ? [0, 255, 0] : [0, 0, 0]
      png.data.set([...colour, 255], (y * 200 + x) * 4)
    }
  }
  return PNG.sync.write(png)
}

async function sign(input: string, appearance: Appearance): Promise<string> {
  const output = join(folder, 'signed.pdf')
  await workers.sign(signer.job(input, output, { appearance }), signer.askKey)
  expect(pdfsig(output)).toEqual([{ valid: true, wholeFile: true }])
  return output
}

interface Area {
  left: number
  top: number
  right: number
  bottom: number
}

/** A page as a viewer shows it, and where a colour stands on it: pixels, from the top left. */
function render(path: string, page = 1): { width: number; height: number; find: (colour: number[]) => Area } {
  const { stdout } = spawnSync('pdftoppm', ['-r', '72', '-cropbox', '-f', String(page), '-l', String(page), '-png', path], { maxBuffer: 1 << 26 })
  const { width, height, data } = PNG.sync.read(stdout)
  return {
    width,
    height,
    find(colour) {
      const area = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity }
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          if (!colour.every((value, channel) => Math.abs(value - (data[(y * width + x) * 4 + channel] ?? 0)) < 40)) continue
          area.left = Math.min(area.left, x)
          area.right = Math.max(area.right, x + 1)
          area.top = Math.min(area.top, y)
          area.bottom = Math.max(area.bottom, y + 1)
        }
      }
      return area
    },
  }
}

function pageOf(entries: string): string {
  const path = join(folder, 'page.pdf')
  const objects = {
    1: '<< /Type /Catalog /Pages 2 0 R >>',
    2: '<< /Type /Pages /Count 1 /Kids [3 0 R] >>',
    3: `<< /Type /Page /Parent 2 0 R ${entries} >>`,
  }
  writeFileSync(path, makePdf({ objects }))
  return path
}

test.each([
  ['A4', '/MediaBox [0 0 595 842]', 595, 842],
  ['Letter', '/MediaBox [0 0 612 792]', 612, 792],
  ['landscape', '/MediaBox [0 0 842 595]', 842, 595],
  ['turned by 90 degrees', '/MediaBox [0 0 595 842] /Rotate 90', 842, 595],
  ['turned by 180 degrees', '/MediaBox [0 0 595 842] /Rotate 180', 595, 842],
  ['turned by 270 degrees', '/MediaBox [0 0 595 842] /Rotate 270', 842, 595],
  ['turned by -90 degrees', '/MediaBox [0 0 595 842] /Rotate -90', 842, 595],
  ['away from the origin', '/MediaBox [-100 50 495 892]', 595, 842],
  ['cropped', '/MediaBox [0 0 595 842] /CropBox [50 60 550 760]', 500, 700],
  ['cropped and turned', '/MediaBox [0 0 595 842] /CropBox [50 60 550 760] /Rotate 90', 700, 500],
  ['in units of 2 points', '/MediaBox [0 0 300 420] /UserUnit 2', 600, 840],
])('on a page %s the picture stands upright where it was asked for', async (_, entries, shownWidth, shownHeight) => {
  const place = { page: 1, x: 240, y: 120, width: 202, height: 102 }
  const { width, height, find } = render(await sign(pageOf(entries), { lines: [], image: quarters, place }))
  // Viewers differ in how they show UserUnit; the part of the page is the same.
  const scale = width / shownWidth
  expect(height / shownHeight).toBeCloseTo(scale, 1)
  const expectAt = (area: Area, x: number, y: number): void => {
    const expected = [x, shownHeight - y - 50, x + 100, shownHeight - y].map((length) => length * scale)
    const found = [area.left, area.top, area.right, area.bottom]
    expect(Math.max(...found.map((length, index) => Math.abs(length - (expected[index] ?? 0))))).toBeLessThanOrEqual(2)
  }
  expectAt(find([0, 0, 255]), 241, 171)
  expectAt(find([255, 0, 0]), 341, 171)
  expectAt(find([0, 255, 0]), 241, 121)
  expectAt(find([0, 0, 0]), 341, 121)
})

test('the text of a stamp can be read back, letter for letter, and its font is small', async () => {
  const decision = join(folder, 'decision.pdf')
  await writeDecision(decision)
  const lines = ['Người ký: NGUYỄN THỊ THUỲ DƯƠNG', 'Cơ quan: Uỷ ban nhân dân tỉnh Đắk Lắk', 'Thời gian ký: 13.05.2026 14:41:57 +07:00']
  const place = { page: 1, x: 300, y: 30, width: 250, height: 60 }
  const signed = await sign(decision, { lines, place })
  const { stdout } = spawnSync('pdftotext', ['-x', '300', '-y', '752', '-W', '250', '-H', '60', '-layout', signed, '-'], { encoding: 'utf8' })
  expect(stdout.trim().split('\n').map((line) => line.trim())).toEqual(lines)
  // /Contents takes 32 KiB, and all the rest is the stamp.
  expect(statSync(signed).size - readFileSync(decision).length - 2 * 16_384).toBeLessThan(12_000)
})

test('the usual place is on the right half of the last page', async () => {
  const decision = join(folder, 'decision.pdf')
  await writeDecision(decision, 2)
  const { width, height, find } = render(await sign(decision, { lines: ['Người ký: A'], image: quarters }), 2)
  const { left, right, top, bottom } = find([0, 0, 255])
  expect(left).toBeGreaterThan(width / 2)
  expect(right).toBeLessThan(width)
  expect(top).toBeGreaterThan(height / 2)
  expect(bottom).toBeLessThan(height * 0.9)
})
