import { attempt } from './attempt.ts'
import { tidy } from './found.ts'
import { isSecret, isSecretMark } from './secrecy.ts'
import { dateText, documentNumber, headings } from './sites/generic.ts'
import { cellsOf, TableHeadings } from './table-headings.ts'

export type RowText = Partial<Record<keyof typeof headings, string>>

/** Reads the cells of table rows by what their columns are called. Columns and rows are read once, however many links they have. */
export class RowReader {
  private readonly tables = new TableHeadings()
  private readonly columns = new Map<readonly string[], (keyof typeof headings | undefined)[]>()
  private readonly rows = new Map<Element, RowText>()

  read(element: Element): RowText {
    const row = attempt(() => element.closest('tr, [role="row"]')) ?? attempt(() => element.closest('li, article, dd, .card, .item'))
    if (!row) return {}
    let text = this.rows.get(row)
    if (text === undefined) this.rows.set(row, (text = attempt(() => this.readRow(row)) ?? {}))
    return text
  }

  private readRow(row: Element): RowText {
    const columns = this.columnsOver(row)
    if (!columns.some((column) => column !== undefined)) return readLoose(row)
    const text: RowText = {}
    const cells = cellsOf(row)
    columns.forEach((column, index) => {
      const content = column === undefined ? '' : tidy(cells[index]?.textContent)
      if (column !== undefined && content !== '') text[column] ??= content
    })
    if (text.secrecy !== undefined && !isSecret(text.secrecy)) delete text.secrecy
    return text
  }

  private columnsOver(row: Element): (keyof typeof headings | undefined)[] {
    const over = this.tables.over(row)
    let columns = this.columns.get(over)
    if (columns === undefined) {
      columns = over.map((heading) => (Object.keys(headings) as (keyof typeof headings)[]).find((name) => headings[name].test(heading)))
      this.columns.set(over, columns)
    }
    return columns
  }
}

/** Number, date and a mark of secrecy where nothing says which is which. */
function readLoose(element: Element): RowText {
  const { text, secrecy } = spacedText(element)
  const number = documentNumber.exec(text)?.[0]
  const date = dateText.exec(text)?.[0]
  return { ...(number === undefined ? {} : { number }), ...(date === undefined ? {} : { date }), ...(secrecy === undefined ? {} : { secrecy }) }
}

const textNodes: typeof NodeFilter.SHOW_TEXT = 4

/** The text with a space between one element's and the next one's. */
function spacedText(element: Element): { text: string; secrecy: string | undefined } {
  const walker = element.ownerDocument.createTreeWalker(element, textNodes)
  let text = ''
  let secrecy: string | undefined
  while (walker.nextNode() !== null && text.length < 2_000) {
    const part = walker.currentNode.nodeValue ?? ''
    text += ` ${part}`
    if (part.length < 100 && isSecretMark(tidy(part))) secrecy ??= tidy(part)
  }
  return { text: tidy(text, 2_000), secrecy }
}
