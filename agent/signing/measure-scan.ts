import type { DocumentFacts } from '../../shared/protocol/sign.ts'
import { PdfDict, PdfName, PdfStream, type PdfObject } from '../pdf/objects.ts'
import type { Page, PdfDocument } from '../pdf/open-document.ts'
import { shownSize, type Matrix } from './appearance/place-on-page.ts'

/** Decree 30/2020, annex I, part II.I: a digitised original is PDF 1.4 or later, in colour, of 200 dpi or more. */
const required = { version: 1.4, dpi: 200 }
/** A scanner that crops a line of pixels still scans at 200. */
const toleratedDpi = 195
/** Shares of a page: what makes it a scan, and what is large enough to be (a strip of) its picture. */
const scanned = 0.5
const strip = 0.03
const pagesMeasured = 50
/** A page of a scan draws a picture, and perhaps the text that was recognised in it; more is no scan. */
const contentBytes = 2 * 1024 * 1024

type ScanFault = Extract<DocumentFacts['warnings'][number], `scan-${string}`>

/** A picture as a page draws it. */
interface DrawnPicture {
  /** Of the page. */
  share: number
  dpi: number
  colour: boolean
}

/** What a copy of this document lacks by the rule for digitised originals. Empty where no page is a scan. */
export function scanFaults(document: PdfDocument): ScanFault[] {
  const scans = Array.from({ length: Math.min(document.pageCount, pagesMeasured) }, (_, index) => picturesOf(document, document.page(index))).filter(
    (pictures) => pictures.reduce((sum, { share }) => sum + share, 0) >= scanned,
  )
  if (scans.length === 0) return []
  // Some scanners put the letters, finer, over a coarse ground: the finest layer counts, and any colour.
  const dpi = Math.min(...scans.map((pictures) => Math.max(...pictures.map((picture) => picture.dpi))))
  return [
    ...(versionOf(document) < required.version ? (['scan-pdf-old'] as const) : []),
    ...(dpi < toleratedDpi ? (['scan-coarse'] as const) : []),
    ...(scans.every((pictures) => pictures.some(({ colour }) => colour)) ? [] : (['scan-not-colour'] as const)),
  ]
}

/** Of the header, or of the catalogue where that is later (ISO 32000-2, 7.5.2). */
function versionOf(document: PdfDocument): number {
  const head = Buffer.from(document.source.read(0, Math.min(1024, document.source.sizeBytes))).toString('latin1')
  const inHeader = Number(/%PDF-(\d\.\d)/.exec(head)?.[1] ?? 0)
  const later = document.get(document.catalog, 'Version')
  return Math.max(inHeader, later instanceof PdfName ? Number(later.value) || 0 : 0)
}

/** The large pictures of a page, by its content (ISO 32000-2, 8.9): size on paper by the matrix under which each is drawn. */
function picturesOf(document: PdfDocument, page: Page): DrawnPicture[] {
  const pictures = document.dictOf(page.resources.get('XObject'))
  if (pictures === undefined || pictures.size === 0) return []
  const shown = shownSize(page)
  const found: DrawnPicture[] = []
  const stack: Matrix[] = []
  let matrix: Matrix = [page.userUnit, 0, 0, page.userUnit, 0, 0]
  for (const { operator, operands } of operationsOf(contentOf(document, page))) {
    if (operator === 'q') stack.push(matrix)
    else if (operator === 'Q') matrix = stack.pop() ?? matrix
    else if (operator === 'cm') matrix = times(operands.map(Number), matrix)
    else {
      const picture = document.resolve(pictures.get(operands.at(-1)?.slice(1) ?? ''))
      const drawn = picture instanceof PdfStream ? measured(document, picture.dict, matrix) : undefined
      const share = drawn ? drawn.area / (shown.width * shown.height) : 0
      if (drawn && share >= strip) found.push({ share, dpi: drawn.dpi, colour: drawn.colour })
    }
  }
  return found
}

function measured(document: PdfDocument, picture: PdfDict, [a, b, c, d]: Matrix): { area: number; dpi: number; colour: boolean } | undefined {
  const [width, height] = [document.get(picture, 'Width'), document.get(picture, 'Height')]
  const [wide, high] = [Math.hypot(a, b), Math.hypot(c, d)]
  if (typeof width !== 'number' || typeof height !== 'number' || wide === 0 || high === 0) return undefined
  return { area: wide * high, dpi: Math.min(width / (wide / 72), height / (high / 72)), colour: document.get(picture, 'ImageMask') !== true && isColour(document, document.get(picture, 'ColorSpace')) }
}

/** JPEG 2000 may say it only inside: what is not said is not held against the scan. */
function isColour(document: PdfDocument, space: PdfObject): boolean {
  if (space instanceof PdfName) return !/^(DeviceGray|CalGray|G)$/.test(space.value)
  const [family, base] = document.arrayOf(space) ?? []
  if (!(family instanceof PdfName)) return true
  if (family.value === 'CalGray') return false
  if (family.value === 'Indexed') return isColour(document, document.resolve(base))
  if (family.value === 'ICCBased') return document.get(document.dictOf(base) ?? new PdfDict(), 'N') !== 1
  return true
}

function contentOf(document: PdfDocument, page: Page): string {
  const contents = document.get(page.dict, 'Contents')
  const streams = (document.arrayOf(contents) ?? [contents]).map((part) => document.resolve(part)).filter((part) => part instanceof PdfStream)
  let text = ''
  try {
    for (const stream of streams) {
      text += `${Buffer.from(stream.decoded()).toString('latin1')}\n`
      if (text.length > contentBytes) return ''
    }
    return text
  } catch {
    // What cannot be read is not measured; whether it may be signed is decided elsewhere.
    return ''
  }
}

/** The operators that place and draw pictures, with their operands as they are written; text in strings is passed over. */
function* operationsOf(content: string): Generator<{ operator: string; operands: string[] }> {
  let operands: string[] = []
  for (const [token] of content.matchAll(/\((?:\\[^]|[^\\)])*\)|<[\da-fA-F\s]*>|%[^\r\n]*|\/[^\s()<>[\]{}/%]*|[^\s()<>[\]{}/%]+/g)) {
    if (/^[A-Za-z'"]/.test(token)) {
      if (token === 'q' || token === 'Q' || token === 'cm' || token === 'Do') yield { operator: token, operands }
      operands = []
    } else operands = [...operands.slice(-5), token]
  }
}

function times([a = 1, b = 0, c = 0, d = 1, e = 0, f = 0]: number[], [A, B, C, D, E, F]: Matrix): Matrix {
  return [a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D, e * A + f * C + E, e * B + f * D + F]
}
