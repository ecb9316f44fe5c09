import { unmarked } from '../../shared/text/unmarked.ts'
import { attempt } from './attempt.ts'
import { tidy } from './found.ts'

const headingCell = 'th, [role="columnheader"], .z-listheader, .z-column'

/** What the columns of tables are called, in lower case and without marks. Each table is read once in a scan. */
export class TableHeadings {
  private readonly known = new Map<Element, string[]>()

  /** The headings over a row, from left to right; empty where there are none. */
  over(row: Element): readonly string[] {
    const table = row.closest('table, [role="table"], [role="grid"]')
    if (table === null) return []
    let headings = this.known.get(table)
    if (headings === undefined) this.known.set(table, (headings = attempt(() => headingsOf(table)) ?? []))
    return headings
  }
}

export function cellsOf(row: Element): Element[] {
  const cells: Element[] = []
  const isPlain = row.localName === 'tr'
  // From one to the next: a live list of children is much slower.
  for (let cell = row.firstElementChild; cell !== null; cell = cell.nextElementSibling) {
    if (isPlain || /cell|header/.test(cell.getAttribute('role') ?? '')) cells.push(cell)
  }
  return cells
}

/** For comparing with patterns: one case, no marks, no breaks. */
export function plain(text: string | null | undefined): string {
  return unmarked(tidy(text))
}

function headingsOf(table: Element): string[] {
  const rows = Array.from(table.querySelectorAll(table.localName === 'table' ? 'thead tr' : '[role="row"]:has([role="columnheader"])')).filter((row) => row.closest('table, [role="table"], [role="grid"]') === table)
  const first = table.querySelector('tr')
  const own = rows.length > 0 ? rows : first?.querySelector('th') == null ? [] : [first]
  const headings = spread(own)
  return headings.some((heading) => heading !== '') ? headings : headingsBeside(table)
}

/** Headings of several rows, with cells that span columns or rows, as one line. */
function spread(rows: readonly Element[]): string[] {
  const grid: string[][] = rows.map(() => [])
  rows.forEach((row, index) => {
    let column = 0
    for (const cell of cellsOf(row)) {
      while (grid[index]?.[column] !== undefined) column++
      const [wide, high] = [span(cell, 'colspan'), span(cell, 'rowspan')]
      const text = plain(cell.textContent)
      for (let below = 0; below < high; below++) {
        for (let beside = 0; beside < wide; beside++) (grid[index + below] ?? [])[column + beside] = below === 0 ? text : ''
      }
      column += wide
    }
  })
  const width = Math.max(0, ...grid.map((line) => line.length))
  return Array.from({ length: width }, (_, column) => tidy(grid.map((line) => line[column] ?? '').join(' ')))
}

function span(cell: Element, name: 'colspan' | 'rowspan'): number {
  return Math.min(20, Math.max(1, Number(cell.getAttribute(name) ?? 1) || 1))
}

/** Lists that scroll keep their headings in a table of their own, above. */
function headingsBeside(table: Element): string[] {
  let place = table.parentElement
  for (let height = 0; height < 4 && place !== null; height++, place = place.parentElement) {
    const cells = Array.from(place.querySelectorAll(headingCell)).filter((cell) => !table.contains(cell))
    if (cells.length > 0) return cells.map((cell) => plain(cell.textContent))
  }
  return []
}
