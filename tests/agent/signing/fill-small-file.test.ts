import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fillSmallFile, isForSignPdf } from '../../../agent/signing/fill-small-file.ts'
import { prepareRevision } from '../../../agent/signing/prepare-revision.ts'
import { fillStreaming } from '../../../agent/signing/sign-file.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { makePdf, writeTo } from '../pdf/made-pdf.ts'
import { makeSigner } from './signer.ts'

test.each(['sha256', 'sha512'] as const)('@signpdf and the streaming fill write the same bytes (%s)', async (digest) => {
  const folder = tempFolder()
  const input = writeTo(folder, 'in.pdf', makePdf())
  const signer = await makeSigner(join(folder, 'authority'))
  const prepared = await prepareRevision(signer.job(input, '', { appearance: { lines: ['Người ký: Đỗ Thị Ữ'] }, reason: 'Duyệt' }))
  const digests: string[] = []
  const containers = {
    digest,
    make: (covered: Uint8Array): Promise<Uint8Array> => {
      digests.push(Buffer.from(covered).toString('hex'))
      return Promise.resolve(new Uint8Array(3_000).fill(0xa5))
    },
  }
  const small = await fillSmallFile(readFileSync(input), prepared.revision, containers)
  await fillStreaming(prepared, { part: join(folder, 'streamed.pdf'), containers, agreedSha256: undefined })
  expect(digests[0]).toBe(digests[1])
  expect(readFileSync(join(folder, 'streamed.pdf')).equals(small)).toBe(true)
})

test.each([
  ['<< /ByteRange [0 10 20 30] >> << /ByteRange[0 1 2 3] >>', true],
  ['nothing of the kind', true],
  ['<< /ByteRange [0 /********** /********** /**********] >>', false],
  ['<< /ByteRange [0 10 20 30] >> (/ByteRange)', false],
  ['<< /ByteRange 12 0 R >> [', false],
])('%s is for @signpdf: %s', (text, expected) => {
  expect(isForSignPdf(Buffer.from(text))).toBe(expected)
})
