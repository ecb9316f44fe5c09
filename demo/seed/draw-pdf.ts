import PDFDocument from 'pdfkit'
import { faces, fontFiles } from './typeset.ts'
import type { DrawnPage } from './typeset.ts'

export interface Properties {
  title: string
  author: string
  /** ISO 8601. */
  at: string
}

/** A PDF whose pages are text, in subsetted fonts; classic cross-references. */
export async function drawTextPdf(pages: DrawnPage[], properties: Properties): Promise<Uint8Array> {
  const pdf = beginPdf(properties)
  for (const face of faces) pdf.registerFont(face, Buffer.from(fontFiles[face]))
  for (const page of pages) {
    pdf.addPage({ size: [page.width, page.height], margin: 0 })
    for (const { face, size, text, x, baseline, wordSpacing } of page.texts) {
      pdf.font(face).fontSize(size).text(text, x, baseline, { lineBreak: false, baseline: 'alphabetic', wordSpacing })
    }
    for (const { x1, y1, x2, y2, thickness } of page.rules) pdf.lineWidth(thickness).moveTo(x1, y1).lineTo(x2, y2).stroke()
  }
  return await endPdf(pdf)
}

export interface PagePicture {
  /** Points. */
  width: number
  height: number
  png: Buffer
  /** Drawn invisibly over the picture, as a scanner's text recognition leaves it. */
  misread: { text: string; x: number; baseline: number; size: number }[]
}

/** A PDF whose pages are pictures, as a scanner makes it. */
export async function drawPicturePdf(pictures: PagePicture[], properties: Properties): Promise<Uint8Array> {
  const pdf = beginPdf(properties)
  for (const { width, height, png, misread } of pictures) {
    pdf.addPage({ size: [width, height], margin: 0 })
    pdf.image(png, 0, 0, { width, height })
    if (misread.length === 0) continue
    pdf.addContent('3 Tr')
    for (const { text, x, baseline, size } of misread) {
      pdf.font('Times-Roman').fontSize(size).text(text, x, baseline, { lineBreak: false, baseline: 'alphabetic' })
    }
    pdf.addContent('0 Tr')
  }
  return await endPdf(pdf)
}

function beginPdf({ title, author, at }: Properties): PDFKit.PDFDocument {
  const date = new Date(at)
  const info = { Title: title, Author: author, Creator: 'Soạn thảo văn bản', Producer: 'QLVB Sơn Lâm', CreationDate: date, ModDate: date }
  return new PDFDocument({ autoFirstPage: false, info, pdfVersion: '1.7' })
}

function endPdf(pdf: PDFKit.PDFDocument): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    pdf.on('data', (piece: Buffer) => pieces.push(piece))
    pdf.on('end', () => resolve(Buffer.concat(pieces)))
    pdf.on('error', reject)
    pdf.end()
  })
}
