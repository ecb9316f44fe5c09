import { attempt } from './attempt.ts'
import { tidy } from './found.ts'
import { dateText, documentNumber, headings } from './sites/generic.ts'

export type RowText = Partial<Record<keyof typeof headings, string>>

/** Reads the cells of table rows by what their columns are called. The columns of a table are read once. */
export class RowReader {
  private readonly columns = new Map<Element, (keyof typeof headings | undefined)[]>()

  read(element: Element): RowText {
    return attempt(() => this.readRow(element)) ?? {}
  }

  private readRow(element: Element): RowText {
    const row = element.closest('tr, [role="row"]')
    const table = row?.closest('table, [role="table"], [role="grid"]')
    if (!row || !table) return readLoose(element.closest('li, article, dd, .card, .item'))
    let columns = this.columns.get(table)
    if (columns === undefined) this.columns.set(table, (columns = columnsOf(table)))
    const text: RowText = {}
    const cells = cellsOf(row)
    columns.forEach((column, index) => {
      const content = column === undefined ? '' : tidy(cells[index]?.textContent)
      if (column !== undefined && content !== '') text[column] ??= content
    })
    return columns.length === 0 ? readLoose(row) : text
  }
}

function columnsOf(table: Element): (keyof typeof headings | undefined)[] {
  const header = table.querySelector('thead tr, [role="row"]:has([role="columnheader"])') ?? table.querySelector('tr')
  if (header?.querySelector('th, [role="columnheader"]') == null) return []
  return cellsOf(header).map((cell) => {
    const heading = withoutMarks(tidy(cell.textContent))
    return (Object.keys(headings) as (keyof typeof headings)[]).find((name) => headings[name].test(heading))
  })
}

function cellsOf(row: Element): Element[] {
  const children = Array.from(row.children)
  return row.tagName === 'TR' ? children : children.filter((cell) => /cell|header/.test(cell.getAttribute('role') ?? ''))
}

/** Number and date where nothing says which is which. */
function readLoose(element: Element | null): RowText {
  const text = element === null ? '' : spacedText(element)
  const number = documentNumber.exec(text)?.[0]
  const date = dateText.exec(text)?.[0]
  return { ...(number === undefined ? {} : { number }), ...(date === undefined ? {} : { date }) }
}

const textNodes: typeof NodeFilter.SHOW_TEXT = 4

/** The text with a space between one element's and the next one's. */
function spacedText(element: Element): string {
  const walker = element.ownerDocument.createTreeWalker(element, textNodes)
  let text = ''
  while (walker.nextNode() !== null && text.length < 2_000) text += ` ${walker.currentNode.nodeValue ?? ''}`
  return tidy(text, 2_000)
}

function withoutMarks(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll(/\u0111/gi, 'd').toLowerCase()
}
