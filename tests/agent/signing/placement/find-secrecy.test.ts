import { expect, test } from 'vitest'
import { findSecrecy } from '../../../../agent/signing/placement/find-secrecy.ts'
import { rowsOf } from '../../../../agent/signing/placement/text-rows.ts'
import type { TextRun } from '../../../../agent/signing/read-heading.ts'

const page = { width: 595.3, height: 841.9 }
const run = (text: string, x: number, y: number, size = 13): TextRun => ({ text, x, y, size, width: text.length * size * 0.47 })

/** The head of a letter, with what a test puts into it. */
const head = (...more: TextRun[]): TextRun[] => [
  run('UBND TỈNH SƠN LÂM', 95, 68), run('CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 262, 68), run('SỞ NỘI VỤ', 120, 84),
  run('Độc lập - Tự do - Hạnh phúc', 310, 84), run('Số: 2061/SNV-VP', 110, 106), run('Sơn Lâm, ngày 5 tháng 2 năm 2026', 300, 106), ...more,
]
const grade = (runs: TextRun[]): string | undefined => findSecrecy(rowsOf(runs), page)

const marks = [['MẬT', 'secret'], ['TỐI MẬT', 'top-secret'], ['TUYỆT MẬT', 'most-secret'], ['M Ậ T', 'secret'], ['[MẬT]', 'secret']] as const
const places = [[130, 130], [120, 150], [100, 172], [70, 40], [150, 210], [440, 45]] as const

test.each(marks.flatMap(([text, wanted]) => places.map(([x, y]) => ({ text, wanted, x, y }))))('$text at $x, $y is $wanted', ({ text, wanted, x, y }) => {
  expect(grade(head(run(text, x, y)))).toBe(wanted)
})

const spellings: Record<string, TextRun[]> = {
  'drawn twice to look bold': [run('MẬT', 130, 130), run('MẬT', 130.4, 130)],
  'drawn twice, once a little lower': [run('TỐI MẬT', 130, 130), run('TỐI MẬT', 130.3, 130.4)],
  'letters far apart': [run('M', 110, 130), run('Ậ', 140, 130), run('T', 170, 130)],
  'full width': [run('ＭẬＴ', 130, 130)],
  'accents of their own': [run('MẬT'.normalize('NFD'), 130, 130)],
  'behind the number': [run('MẬT', 205, 106)],
  'in a row with the number': [run('MẬT', 225, 106)],
  'with a label': [run('Độ mật: Tối mật', 95, 130)],
  'with a longer label': [run('Mức độ mật: MẬT', 95, 130)],
  'over two lines': [run('TUYỆT', 130, 130), run('MẬT', 132, 145)],
}
test.each(Object.entries(spellings))('%s it is a mark too', (_, runs) => {
  expect(grade(head(...runs))).toMatch(/secret$/)
})

const words = ['bí mật', 'mật độ', 'mật khẩu', 'bảo mật', 'cơ mật', 'mật thiết', 'mật ong', 'Mật', 'Trần Văn Mật', 'Nguyễn Thị Mật', 'thân mật', 'trao đổi mật', 'BẢO VỆ BÍ MẬT NHÀ NƯỚC', 'KHÔNG MẬT']
const sentences: ((word: string) => TextRun[])[] = [
  (word) => [run(`V/v ${word} năm 2026`, 95, 124)],
  (word) => [run('V/v quản lý', 100, 124), run(word, 110, 140)].filter(({ text }) => text !== 'MẬT'),
  (word) => [run(`Kính gửi: Ông ${word}`, 200, 190)],
  (word) => [run('QUY CHẾ', 270, 200), run(`Về ${word}`, 240, 216)],
  (word) => [run(`Điều 1. Ban hành quy định về ${word} trong cơ quan`, 85, 260)],
  (word) => [run('BAN BẢO VỆ BÍ', 95, 130), run('MẬT', 130, 145), run(word, 85, 300)],
  (word) => [run('Mật', 130, 130), run(word, 85, 300)],
  (word) => [run('CƠ QUAN BẢO VỆ BÍ', 90, 130), run('MẬT', 215, 130), run(word, 85, 320)],
  (word) => [run('MẬT', 420, 640), run(word, 85, 400)],
  (word) => [run('MẬT', 420, 230), run(word, 85, 400)],
  (word) => [run(`3. ${word}`, 85, 150), run('KT. GIÁM ĐỐC', 380, 600)],
  (word) => [run(`Độ mật: ${word} không áp dụng`, 95, 130)],
  (word) => [run(`Tài liệu ${word}`, 95, 48)],
  (word) => [run(`${word},`, 120, 280)],
  (word) => [run(`Phòng chống lộ, lọt ${word}`, 95, 160)],
  (word) => [run('M', 110, 130), run(word, 85, 400)],
  (word) => [run(`Số: 12/KH-${word}`, 110, 106)],
]

test('200 ordinary heads with these letters are none', () => {
  const ordinary = words.flatMap((word) => sentences.map((sentence) => head(...sentence(word))))
  expect(ordinary.length).toBeGreaterThanOrEqual(200)
  expect(ordinary.filter((runs) => grade(runs) !== undefined).map((runs) => runs.slice(6).map(({ text }) => text))).toEqual([])
})
