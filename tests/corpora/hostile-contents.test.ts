import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDocumentWorkers } from '../../agent/signing/document-workers.ts'
import type { ActPlanner, DocumentWorkers } from '../../agent/signing/sign-document.ts'
import { writeImages } from '../../demo/seed/images.ts'
import { refusalOf } from '../../shared/errors.ts'
import { makeSigner, type Signer } from '../agent/signing/signer.ts'
import { writeDecision } from '../agent/signing/sample-pdf.ts'
import { hostileContents } from './hostile-contents.ts'

/**
 * Pages that an attacker draws for whoever reads where to sign, through the agent's own workers with their own limits. `place` reads with pdf.js, and
 * what does not end is ended by the watch: the document is then placed without its text, and nobody waits longer than the limits say.
 */
let folder: string
let signer: Signer
let workers: DocumentWorkers & ActPlanner
let image: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'antin-contents-'))
  signer = await makeSigner(join(folder, 'authority'))
  image = writeImages(folder).signature
  workers = createDocumentWorkers()
})
afterAll(async () => {
  await workers.close()
  rmSync(folder, { recursive: true })
})

async function placeOf(input: string): Promise<string> {
  try {
    const { marks, doubt } = await workers.plan({ input, certificates: [signer.certificate], signedAt: new Date('2026-05-13T07:41:57Z'), act: { act: 'approve', whenUnsure: 'propose', keyRole: 'person', image, lines: [] } })
    return `${doubt ?? 'sure'}, ${marks.map(({ mark, page, x, y }) => `${mark} on ${page} at ${Math.round(x)} ${Math.round(y)}`).join()}`
  } catch (thrown) {
    const { code, facts } = refusalOf(thrown)
    return [code, ...Object.values(facts)].join(' ')
  }
}

describe('hostile content streams', () => {
  test.each(Object.entries(hostileContents))('%s', async (name, make) => {
    const input = join(folder, 'hostile.pdf')
    writeFileSync(input, make())
    const [cpuBefore, rssBefore, startedAt] = [process.cpuUsage(), process.memoryUsage.rss(), performance.now()]
    let most = rssBefore
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5)
    const outcome = await placeOf(input)
    clearInterval(watch)
    const { user, system } = process.cpuUsage(cpuBefore)
    process.stdout.write(`hostile content: ${name}: ${outcome}, ${((user + system) / 1_000).toFixed(0)} ms of the processor, ${(performance.now() - startedAt).toFixed(0)} ms, ${((most - rssBefore) / 2 ** 20).toFixed(0)} MiB\n`)
    expect(outcome).not.toMatch(/unexpected|crash|NaN|Infinity/)
    expect((most - rssBefore) / 2 ** 20).toBeLessThan(256)
  })

  test('leave the workers able to read where to sign', async () => {
    const input = join(folder, 'decision.pdf')
    await writeDecision(input, 2)
    expect(await placeOf(input)).toMatch(/^sure, signature on 2/)
  })
})
