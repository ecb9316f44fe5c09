import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadTextReader } from '../../../agent/signing/read-text.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { writeDecision } from './sample-pdf.ts'

test('number and subject are read from page 1', async () => {
  const path = join(tempFolder(), 'decision.pdf')
  await writeDecision(path)
  const readText = await loadTextReader()
  expect(await readText(path)).toEqual({
    number: '2061/QĐ-UBND',
    subject: 'Về việc ban hành Quy chế phối hợp quản lý cán bộ, công chức trên địa bàn tỉnh',
    hasText: true,
    hasBlock: true,
  })
})
