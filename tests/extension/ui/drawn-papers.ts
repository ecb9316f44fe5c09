import type { Papers } from '../../../extension/ui/papers.ts'
import { facts } from '../../fixtures/views.ts'

const size = { width: 595, height: 842 }

/** Documents drawn here and now, for windows that are shown without an agent. */
export const drawnPapers: Papers = {
  prepare: () => undefined,
  open: (documentId) => {
    const index = Number(documentId.slice(-12))
    return Promise.resolve({
      pages: facts(index).pages,
      sizeOf: () => Promise.resolve(size),
      draw: (page, canvas, widthPixels) => Promise.resolve(draw(index, page, canvas, widthPixels)),
      close: () => undefined,
    })
  },
  thumbnail: (documentId, widthPixels) => {
    const canvas = document.createElement('canvas')
    draw(Number(documentId.slice(-12)), 1, canvas, widthPixels * 2)
    return Promise.resolve(canvas.toDataURL())
  },
}

/** A page in the form of Decree 30/2020: the names of state and agency, number, subject, text. */
function draw(index: number, page: number, canvas: HTMLCanvasElement, widthPixels: number): void {
  const scale = widthPixels / size.width
  canvas.width = widthPixels
  canvas.height = Math.round(size.height * scale)
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('no canvas to draw on')
  pen.scale(scale, scale)
  pen.fillStyle = '#ffffff'
  pen.fillRect(0, 0, size.width, size.height)
  pen.fillStyle = '#15171a'
  const { number, subject } = facts(index)
  if (page === 1) {
    line(pen, 'bold 12px', 'center', 175, 70, ['ỦY BAN NHÂN DÂN', 'TỈNH AN PHÚ'])
    line(pen, 'bold 12px', 'center', 415, 70, ['CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 'Độc lập - Tự do - Hạnh phúc'])
    pen.fillRect(145, 92, 60, 0.8)
    pen.fillRect(325, 92, 180, 0.8)
    line(pen, '12px', 'center', 175, 112, [`Số: ${number}`])
    line(pen, 'italic 12px', 'center', 415, 112, ['An Phú, ngày 24 tháng 11 năm 2026'])
    line(pen, 'bold 13px', 'center', 298, 160, wrapped(pen, subject, 'bold 13px', 380))
  }
  const text = 'Căn cứ Luật Tổ chức chính quyền địa phương; xét đề nghị của Giám đốc Sở Nội vụ; để triển khai thực hiện đúng tiến độ, bảo đảm chất lượng và hiệu quả, đề nghị các cơ quan, đơn vị khẩn trương rà soát, tổng hợp và gửi báo cáo bằng văn bản trước ngày 30 tháng 11 năm 2026.'
  for (let paragraph = 0, y = page === 1 ? 220 : 80; y < 720; paragraph++) {
    const rows = wrapped(pen, `${paragraph + 1}. ${text}`, '12.5px', 425)
    line(pen, '12.5px', 'left', 85, y, rows)
    y += rows.length * 16 + 14
  }
}

function line(pen: CanvasRenderingContext2D, font: string, align: CanvasTextAlign, x: number, y: number, rows: readonly string[]): void {
  pen.font = `${font} "Times New Roman", "Liberation Serif", serif`
  pen.textAlign = align
  rows.forEach((row, at) => pen.fillText(row, x, y + at * 16))
}

function wrapped(pen: CanvasRenderingContext2D, text: string, font: string, width: number): string[] {
  pen.font = `${font} "Times New Roman", "Liberation Serif", serif`
  const rows = ['']
  for (const word of text.split(' ')) {
    const row = `${rows.at(-1) ?? ''} ${word}`.trim()
    if (pen.measureText(row).width > width) rows.push(word)
    else rows[rows.length - 1] = row
  }
  return rows
}
