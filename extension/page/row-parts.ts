/**
 * Parts of rows by selector. Each selector goes through the page once for all rows: asking every row by itself is many times slower where
 * there are thousands.
 */
export class RowParts {
  private readonly row: string
  private readonly bySelector = new Map<string, Map<Element, Element>>()

  constructor(row: string) {
    this.row = row
  }

  first(row: Element, selector: string): Element | undefined {
    let parts = this.bySelector.get(selector)
    if (parts === undefined) this.bySelector.set(selector, (parts = this.collect(row, selector)))
    return parts.get(row)
  }

  private collect(row: Element, selector: string): Map<Element, Element> {
    const parts = new Map<Element, Element>()
    const root = row.getRootNode() as Document | ShadowRoot
    const inRows = alternatives(this.row).flatMap((row) => alternatives(selector).map((part) => `${row} ${part}`))
    for (const part of root.querySelectorAll(inRows.join(', '))) {
      const itsRow = part.parentElement?.closest(this.row)
      if (itsRow && !parts.has(itsRow)) parts.set(itsRow, part)
    }
    return parts
  }
}

/** The parts of a selector list: split at its commas, but not at those inside brackets or quotation marks. */
function alternatives(selector: string): string[] {
  return selector.match(/(?:"[^"]*"|'[^']*'|\((?:[^()]|\([^()]*\))*\)|[^,"'()])+/g)?.map((part) => part.trim()) ?? [selector]
}
