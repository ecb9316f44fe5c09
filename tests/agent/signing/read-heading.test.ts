import { expect, test } from 'vitest'
import { readHeading, type TextRun } from '../../../agent/signing/read-heading.ts'

/** Runs as pdf.js gives them, from `x y text`; widths as Times has them, roughly. */
function runs(size: number, ...lines: [x: number, y: number, text: string][]): TextRun[] {
  return lines.map(([x, y, text]) => ({ x, y, size, text, width: text.length * size * 0.46 }))
}

test('công văn: the number, and V/v in the column under it', () => {
  const heading = readHeading(
    runs(
      13,
      [90, 70, 'SỞ NỘI VỤ'],
      [280, 70, 'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM'],
      [100, 100, 'Số: 255/SNV-CCVC'],
      [330, 101, 'Bình Phước, ngày 2 tháng 3 năm 2026'],
      [85, 118, 'V/v rà soát hồ sơ cán bộ,'],
      [85, 134, 'công chức năm 2026'],
      [180, 170, 'Kính gửi: Uỷ ban nhân dân các huyện'],
    ),
  )
  expect(heading).toEqual({ number: '255/SNV-CCVC', subject: 'V/v rà soát hồ sơ cán bộ, công chức năm 2026' })
})

test('quyết định: the centred lines under the kind, up to the authority in capitals', () => {
  const heading = readHeading(
    runs(
      14,
      [100, 100, 'Số: 2061 /QĐ-UBND'],
      [250, 150, 'QUYẾT ĐỊNH'],
      [185, 168, 'Về việc ban hành Quy chế làm việc'],
      [200, 185, 'của Uỷ ban nhân dân tỉnh'],
      [180, 220, 'CHỦ TỊCH UỶ BAN NHÂN DÂN TỈNH'],
      [110, 250, 'Căn cứ Luật Tổ chức chính quyền địa phương;'],
    ),
  )
  expect(heading).toEqual({ number: '2061/QĐ-UBND', subject: 'Về việc ban hành Quy chế làm việc của Uỷ ban nhân dân tỉnh' })
})

test.each([[[[100, 100, 'Số:        /TTr-SNV']]], [[[70, 100, 'Số:'], [117, 100, '/TTr-SNV']]]] as [number, number, string][][][])('a number that is still blank is not a number', (blank) => {
  expect(readHeading(runs(13, ...blank, [250, 150, 'TỜ TRÌNH'], [215, 168, 'Về kinh phí năm 2026']))).toEqual({
    number: '',
    subject: 'Về kinh phí năm 2026',
  })
})

test('a last line of digits alone belongs to the subject', () => {
  const lines = runs(14, [100, 100, 'Số: 257/BC-UBND'], [265, 150, 'BÁO CÁO'], [175, 168, 'Kết quả cải cách hành chính năm'], [285, 184, '2026'], [250, 210, 'PHẦN I'])
  expect(readHeading(lines).subject).toBe('Kết quả cải cách hành chính năm 2026')
})

test('decomposed letters and a number in pieces are read the same', () => {
  const pieces = [...runs(13, [100, 100, 'Sô\u0301:'], [126, 100, '11410'], [157, 100.5, '/BXD-KHTC'])]
  expect(readHeading(pieces).number).toBe('11410/BXD-KHTC')
})

test.each([[['CONG HOA xA HQI CilU NGHIA']], [['Sổ tay 12/2020']], [[]]])('nothing is guessed from %j', (texts) => {
  expect(readHeading(runs(13, ...texts.map((text, index): [number, number, string] => [100, 100 + index * 16, text])))).toEqual({ number: '', subject: '' })
})
