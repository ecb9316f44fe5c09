import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { run } from '../../../agent/cli/verify.ts'
import type * as verification from '../../../agent/verify/verify-document.ts'
import { makePdf } from '../pdf/made-pdf.ts'

/** A fault of our own that one file provokes; none is known, so it is put there. */
vi.mock(import('../../../agent/verify/verify-document.ts'), async (importOriginal) => {
  const original: typeof verification = await importOriginal()
  return {
    ...original,
    verifyDocument: (document, options) => {
      if (document.xref.table.has(66)) throw new RangeError('Maximum call stack size exceeded')
      return original.verifyDocument(document, options)
    },
  }
})

let folder: string
let written: { out: string; error: string }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antin-cli-unexpected-'))
  written = { out: '', error: '' }
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((written.out += String(text)), true))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((written.error += String(text)), true))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

it('a file that nobody foresaw exits with 4, and hides no other report', async () => {
  const [strange, plain] = [join(folder, 'strange.pdf'), join(folder, 'plain.pdf')]
  await writeFile(strange, makePdf({ objects: { 1: '<< /Type /Catalog /Pages 2 0 R >>', 2: '<< /Type /Pages /Kids [3 0 R] /Count 1 >>', 3: '<< /Type /Page /Parent 2 0 R >>', 66: 'true' } }))
  await writeFile(plain, makePdf())
  expect(await run([strange, plain, '--home', folder, '--json'])).toBe(4)
  const { files } = JSON.parse(written.out) as { files: unknown[] }
  expect(files).toMatchObject([
    { file: strange, refusal: { code: 'document-unreadable', facts: { reason: 'RangeError' } } },
    { file: plain, report: { signatures: [] } },
  ])
  expect(written.error).toBe(`antin: ${strange}: RangeError: Maximum call stack size exceeded\n`)
})
