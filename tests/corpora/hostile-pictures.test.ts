import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDocumentWorkers } from '../../agent/signing/document-workers.ts'
import type { DocumentWorkers } from '../../agent/signing/sign-document.ts'
import { refusalOf } from '../../shared/errors.ts'
import { hostilePictures, soundPng } from './hostile-pictures.ts'

/** Pictures that somebody brings as a hand or a seal, through the agent's own worker with its limits of time and memory. */
const folder = mkdtempSync(join(tmpdir(), 'antin-pictures-'))
let workers: DocumentWorkers
beforeAll(() => (workers = createDocumentWorkers()))
afterAll(async () => {
  await workers.close()
  rmSync(folder, { recursive: true })
})

/** A sound JPEG, drawn by poppler. */
function soundJpeg(...how: string[]): Buffer {
  const [page, picture] = [join(folder, 'page.pdf'), join(folder, 'page')]
  const draw = '0.12 0.2 0.63 RG 4 w 20 50 m 60 120 90 10 140 60 c 180 110 200 30 260 70 c S'
  const objects = ['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[3 0 R]/Count 1>>', '<</Type/Page/Parent 2 0 R/MediaBox[0 0 280 140]/Contents 4 0 R>>', `<</Length ${draw.length}>>stream\n${draw}\nendstream`]
  writeFileSync(page, `%PDF-1.4\n${objects.map((object, index) => `${index + 1} 0 obj${object}endobj\n`).join('')}trailer<</Root 1 0 R/Size 5>>`)
  expect(spawnSync('pdftoppm', ['-jpeg', ...how, '-r', '72', '-singlefile', page, picture]).status).toBe(0)
  return readFileSync(`${picture}.jpg`)
}

const [jpeg, progressive] = [soundJpeg(), soundJpeg('-jpegopt', 'progressive=y')]
const hostile = hostilePictures({ jpeg, progressive })

async function outcomeOf(bytes: Uint8Array): Promise<string> {
  const input = join(folder, 'picture')
  writeFileSync(input, bytes)
  try {
    await workers.prepareImage({ input, output: join(folder, 'out.png'), use: 'signature', sealMm: 36 })
    return 'taken'
  } catch (thrown) {
    return refusalOf(thrown).code
  }
}

const told = /^(taken|image-(not-picture|too-large|not-clear|not-blue))$/

/** What becomes of them is known: that they were decoded to the end, or ended by the watch. */
const certain: Record<string, string> = {
  'a progressive JPEG of 12 MP with 20 scans of nothing': 'image-not-clear',
  'a progressive JPEG of 12 MP with 20,000 scans of nothing': 'image-too-large',
}

describe('a picture', () => {
  test.each(Object.keys(hostile))('%s', async (name) => {
    const bytes = hostile[name]?.() ?? new Uint8Array()
    const before = process.memoryUsage.rss()
    let most = 0
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss() - before)), 5)
    const startedAt = performance.now()
    const outcome = await outcomeOf(bytes)
    clearInterval(watch)
    process.stdout.write(`hostile: ${name}: ${outcome}, ${(performance.now() - startedAt).toFixed(0)} ms, ${(most / 2 ** 20).toFixed(0)} MiB\n`)
    expect(outcome).toMatch(told)
    if (name in certain) expect(outcome).toBe(certain[name])
  })

  test('a photograph of 12 MP, PNG with alpha or JPEG, and what was brought after all of them, is taken', async () => {
    const large = join(folder, 'large')
    writeFileSync(`${large}.png`, soundPng(4_032, 3_024))
    expect(await outcomeOf(readFileSync(`${large}.png`))).toBe('taken')
    expect(await outcomeOf(soundJpeg('-scale-to-x', '4032', '-scale-to-y', '3024'))).toBe('taken')
    expect(await outcomeOf(soundPng())).toBe('taken')
    expect([await outcomeOf(jpeg), await outcomeOf(progressive)]).toEqual(['taken', 'taken'])
  })

  test.each([['PNG', soundPng()], ['JPEG', jpeg], ['progressive JPEG', progressive]] as const)('a %s in which anything is changed is taken, or refused as a picture', async (_, sound) => {
    const edits = fc.array(fc.record({ at: fc.nat({ max: sound.length - 1 }), value: fc.nat({ max: 255 }), drop: fc.nat({ max: 3 }) }), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(edits, async (changes) => {
        let bytes = Buffer.from(sound)
        for (const { at, value, drop } of changes) {
          if (at >= bytes.length) continue
          bytes[at] = value
          bytes = Buffer.concat([bytes.subarray(0, at + 1), bytes.subarray(at + 1 + drop)])
        }
        expect(await outcomeOf(bytes)).toMatch(told)
      }),
      { numRuns: 150 },
    )
  })
})
