import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { memorySource } from '../../../agent/pdf/byte-source.ts'
import { openDocument } from '../../../agent/pdf/open-document.ts'
import { scanFaults } from '../../../agent/signing/measure-scan.ts'
import { scanPdf, smallPdf } from '../../support/small-pdf.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const faultsOf = (file: Buffer) => scanFaults(openDocument(memorySource(file)))

test.each([
  ['as the rule asks', {}, []],
  ['finer, and turned by the reader', { dpi: 300, rotate: 90 }, []],
  ['in strips', { strips: 8 }, []],
  ['PDF 1.3', { version: '1.3' }, ['scan-pdf-old']],
  ['150 dpi', { dpi: 150 }, ['scan-coarse']],
  ['150 dpi in strips', { dpi: 150, strips: 8 }, ['scan-coarse']],
  ['grey', { colour: false }, ['scan-not-colour']],
  ['all of it', { version: '1.2', dpi: 100, colour: false }, ['scan-pdf-old', 'scan-coarse', 'scan-not-colour']],
] as const)('a scan %s', (_, how, faults) => {
  expect(faultsOf(scanPdf(how))).toEqual(faults)
})

test('what is no scan is not held against the rule for scans', () => {
  expect(faultsOf(smallPdf('Công văn'))).toEqual([])
})

test('a later version in the catalogue counts', () => {
  const file = scanPdf({ version: '1.3' }).toString('latin1').replace('/Type /Catalog /Pages', '/Type /Catalog /Version /1.5 /Pages')
  expect(faultsOf(Buffer.from(file, 'latin1'))).toEqual([])
})

test('content that cannot be read is not measured, and nothing is refused for it', () => {
  const file = scanPdf({ dpi: 100 }).toString('latin1').replace('<< /Length', '<< /Filter /FlateDecode /Length')
  expect(faultsOf(Buffer.from(file, 'latin1'))).toEqual([])
})

test('another program measures the same', () => {
  const file = join(tempFolder(), 'scan.pdf')
  writeFileSync(file, scanPdf({ dpi: 150, strips: 2 }))
  const [row = ''] = execFileSync('pdfimages', ['-list', file], { encoding: 'utf8' }).split('\n').slice(2)
  const [, , , width, , space, , , , , , , xPpi] = row.trim().split(/\s+/)
  expect([width, space, xPpi]).toEqual(['1240', 'rgb', '150'])
})
