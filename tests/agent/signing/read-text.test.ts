import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadTextReader } from '../../../agent/signing/read-text.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { writeDecision } from './sample-pdf.ts'

test('number and subject are read from page 1, the place to sign from all', async () => {
  const path = join(tempFolder(), 'decision.pdf')
  await writeDecision(path)
  const readText = await loadTextReader()
  const { text, landmarks } = await readText(path)
  expect(text).toEqual({
    number: '2061/QĐ-UBND',
    subject: 'Về việc ban hành Quy chế phối hợp quản lý cán bộ, công chức trên địa bàn tỉnh',
    hasText: true,
    hasBlock: true,
  })
  expect(landmarks.block).toMatchObject({ page: 0, name: 'Nguyễn Thị Thuỳ Dương' })
})
