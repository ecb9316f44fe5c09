import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createDocumentWorkers } from '../../../agent/signing/document-workers.ts'
import { refusalOf } from '../../../shared/errors.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { makePdf, writeTo } from '../pdf/made-pdf.ts'
import { makeSigner } from './signer.ts'

const large = { 4: `<< /Length 1200000 >>\nstream\n${'x'.repeat(1_200_000)}\nendstream` }

test.each([
  ['filled whole', {}],
  ['filled as a stream', large],
])('other bytes than those agreed to are refused before the key is asked: %s', async (_, more) => {
  const folder = tempFolder()
  const workers = createDocumentWorkers()
  onTestFinished(() => workers.close())
  const signer = await makeSigner(join(folder, 'authority'))
  const objects = { 1: '<< /Type /Catalog /Pages 2 0 R >>', 2: '<< /Type /Pages /Count 1 /Kids [3 0 R] /MediaBox [0 0 595 842] >>', 3: '<< /Type /Page /Parent 2 0 R >>', ...more }
  const input = writeTo(folder, 'in.pdf', makePdf({ objects }))
  const output = join(folder, 'out.pdf')
  const agreed = createHash('sha256').update(readFileSync(input)).digest('hex')
  let asked = 0
  const askKey = (digest: Uint8Array): Promise<Uint8Array> => {
    asked++
    return signer.askKey(digest)
  }
  // The same length, one other byte: nothing but the digest can tell.
  const swapped = readFileSync(input, 'latin1').replace('0 0 595 842', '0 0 595 841')
  writeFileSync(input, swapped, 'latin1')

  const thrown: unknown = await workers.sign(signer.job(input, output, { inputSha256: agreed }), askKey).catch((error: unknown) => error)
  expect(refusalOf(thrown).code).toBe('document-changed')
  expect(asked).toBe(0)
  expect(existsSync(output)).toBe(false)

  const inputSha256 = createHash('sha256').update(readFileSync(input)).digest('hex')
  await workers.sign(signer.job(input, output, { inputSha256 }), askKey)
  expect(asked).toBe(1)
})

test('a link in the place of the unfinished file is not followed', async () => {
  const folder = tempFolder()
  const workers = createDocumentWorkers()
  onTestFinished(() => workers.close())
  const signer = await makeSigner(join(folder, 'authority'))
  const input = writeTo(folder, 'in.pdf', makePdf())
  const output = join(folder, 'out.pdf')
  const victim = writeTo(folder, 'victim.txt', Buffer.from('untouched'))
  symlinkSync(victim, `${output}.part`)
  await workers.sign(signer.job(input, output), signer.askKey)
  expect(readFileSync(victim, 'utf8')).toBe('untouched')
  expect(lstatSync(output).isFile()).toBe(true)
})
