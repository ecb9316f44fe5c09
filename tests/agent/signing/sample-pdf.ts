import { createWriteStream, ftruncateSync, openSync, closeSync, readFileSync, writeSync } from 'node:fs'
import { finished } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import PDFDocument from 'pdfkit'

const tinos = fileURLToPath(import.meta.resolve('@expo-google-fonts/tinos/400Regular/Tinos_400Regular.ttf'))

/** A decision of an invented agency, laid out as Nghị định 30/2020/NĐ-CP asks. */
export async function writeDecision(path: string, pages = 1, { mark }: { /** Of secrecy, in its place under the number. */ mark?: string } = {}): Promise<void> {
  const pdf = new PDFDocument({ size: 'A4', margin: 0, bufferPages: true })
  const written = finished(pdf.pipe(createWriteStream(path)))
  pdf.font(tinos)
  const line = (text: string, x: number, y: number, width: number, size: number, align: 'left' | 'center' | 'justify' = 'center'): void => {
    pdf.fontSize(size).text(text, x, y, { width, align })
  }
  line('UỶ BAN NHÂN DÂN\nTỈNH SÔNG HƯƠNG', 85, 60, 170, 13)
  line('CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc', 255, 60, 290, 12)
  line('Số: 2061/QĐ-UBND', 85, 100, 170, 13)
  if (mark !== undefined) line(mark, 85, 120, 170, 13)
  line('Sông Hương, ngày 13 tháng 5 năm 2026', 255, 100, 290, 13)
  line('QUYẾT ĐỊNH', 85, 150, 455, 14)
  line('Về việc ban hành Quy chế phối hợp quản lý cán bộ,\ncông chức trên địa bàn tỉnh', 85, 168, 455, 14)
  line('CHỦ TỊCH UỶ BAN NHÂN DÂN TỈNH', 85, 215, 455, 13)
  for (let page = 1; page < pages; page++) pdf.addPage()
  line('Căn cứ Luật Tổ chức chính quyền địa phương; theo đề nghị của Giám đốc Sở Nội vụ. '.repeat(6), 85, 250, 455, 13, 'justify')
  line('Nơi nhận:\n- Như Điều 3;\n- Lưu: VT.', 85, 520, 200, 11, 'left')
  line('KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH', 330, 520, 200, 13)
  line('Nguyễn Thị Thuỳ Dương', 330, 640, 200, 13)
  pdf.end()
  await written
}

/** Adds an object of so many bytes in a revision of its own, as a hole that takes no room on the disk. */
export function enlarge(path: string, bytes: number): void {
  const before = readFileSync(path, 'latin1')
  const [, root] = /\/Root (\d+ 0 R)/.exec(before) ?? []
  const [, previous] = /startxref\s+(\d+)/.exec(before) ?? []
  const [object, start] = [9_999, `\n9999 0 obj\n<< /Length ${bytes} >>\nstream\n`]
  const at = before.length + 1
  const table = before.length + start.length + bytes
  const offset = String(at).padStart(10, '0')
  const end = `\nendstream\nendobj\nxref\n${object} 1\n${offset} 00000 n \ntrailer\n<< /Size ${object + 1} /Root ${root} /Prev ${previous} >>\nstartxref\n${table + '\nendstream\nendobj\n'.length}\n%%EOF\n`
  const file = openSync(path, 'r+')
  try {
    writeSync(file, start, before.length, 'latin1')
    ftruncateSync(file, table)
    writeSync(file, end, table, 'latin1')
  } finally {
    closeSync(file)
  }
}
