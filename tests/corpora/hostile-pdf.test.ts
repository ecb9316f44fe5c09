import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDocumentWorkers } from '../../agent/signing/document-workers.ts'
import type { DocumentWorkers } from '../../agent/signing/sign-document.ts'
import { refusalOf } from '../../shared/errors.ts'
import { makePdf } from '../agent/pdf/made-pdf.ts'
import { makeSigner, type Signer } from '../agent/signing/signer.ts'
import { hostilePdfs } from './hostile-pdfs.ts'

/**
 * Files that an attacker uploads to hang, bloat or crash whoever signs them, through the agent's own workers with their limits. A
 * refusal by the watch (`timeout`, `memory`) would be safe, too, but is not needed: the counters of the reader come first.
 */
let folder: string
let signer: Signer
let workers: DocumentWorkers

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'antin-hostile-'))
  signer = await makeSigner(join(folder, 'authority'))
  // A busy machine is no hostile file: the time that each takes is told, and is not judged here.
  workers = createDocumentWorkers({ stageDeadlineMs: 60_000 })
})
afterAll(async () => {
  await workers.close()
  rmSync(folder, { recursive: true })
})

async function outcomeOf(bytes: Uint8Array): Promise<string> {
  const [input, output] = [join(folder, 'hostile.pdf'), join(folder, 'signed.pdf')]
  writeFileSync(input, bytes)
  try {
    await workers.inspect(input)
    await workers.sign(signer.job(input, output, { appearance: { lines: ['Người ký'] } }), signer.askKey)
    return 'signed'
  } catch (thrown) {
    const { code, facts } = refusalOf(thrown)
    return [code, ...Object.values(facts)].join(' ')
  } finally {
    rmSync(output, { force: true })
  }
}

describe('hostile files', () => {
  test.each(Object.entries(hostilePdfs))('%s', async (_, make) => {
    const bytes = make()
    const startedAt = performance.now()
    const outcome = await outcomeOf(bytes)
    process.stdout.write(`hostile: ${outcome}, ${(performance.now() - startedAt).toFixed(0)} ms\n`)
    expect(outcome).toMatch(/^(signed|(document|field|signature)-[a-z-]+( [a-z0-9-]+)?)$/)
    expect(outcome).not.toMatch(/timeout|memory|crash|unexpected/)
  })

  test('leave the workers able to sign', async () => {
    expect(await outcomeOf(makePdf())).toBe('signed')
  })
})
