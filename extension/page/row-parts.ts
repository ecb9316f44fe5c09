/** The rows of one root, in the order of the page. */
export interface Rows {
  /** Their selector. */
  selector: string
  elements: readonly Element[]
}

/**
 * Parts of rows by selector. Each selector goes through the page once for all rows, which it meets in their own order: asking every row by
 * itself is many times slower where there are thousands.
 */
export class RowParts {
  private readonly rows: Rows
  private last: { element: Element; attribute: string | undefined; text: string } | undefined
  private readonly bySelector = new Map<string, (Element | undefined)[]>()

  constructor(rows: Rows) {
    this.rows = rows
  }

  /** The first part of the row at this place in the list. */
  first(index: number, selector: string): Element | undefined {
    let parts = this.bySelector.get(selector)
    if (parts === undefined) this.bySelector.set(selector, (parts = this.collect(selector)))
    return parts[index]
  }

  /** A part's text or attribute. Descriptors read the same one twice in turn, for the file and for what is in its address. */
  text(element: Element, attribute: string | undefined, read: () => string): string {
    const { last } = this
    if (last?.element === element && last.attribute === attribute) return last.text
    const text = read()
    this.last = { element, attribute, text }
    return text
  }

  private collect(selector: string): (Element | undefined)[] {
    const { elements } = this.rows
    const parts = new Array<Element | undefined>(elements.length).fill(undefined)
    const root = elements[0]?.getRootNode() as Document | ShadowRoot | undefined
    const inRows = alternatives(this.rows.selector).flatMap((row) => alternatives(selector).map((part) => `${row} ${part}`))
    const found = root?.querySelectorAll(inRows.join(', ')) ?? []
    let index = 0
    let row = elements[0]
    for (const part of found) {
      while (row !== undefined && !row.contains(part)) row = elements[++index]
      if (row === undefined) break
      // A row is no part of itself, and the first part of it is the one that counts.
      if (row !== part && parts[index] === undefined) parts[index] = part
    }
    return parts
  }
}

/** The parts of a selector list: split at its commas, but not at those inside brackets or quotation marks. */
function alternatives(selector: string): string[] {
  return selector.match(/(?:"[^"]*"|'[^']*'|\((?:[^()]|\([^()]*\))*\)|[^,"'()])+/g)?.map((part) => part.trim()) ?? [selector]
}
