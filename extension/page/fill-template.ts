/** A template taken apart: text, and the names that stand between. */
interface Template {
  parts: (string | { name: string; raw: boolean })[]
  /** Begins with a path of the page's own origin, and what is put in is encoded: no parsing can lead it elsewhere. */
  isPlainPath: boolean
}

/** Descriptors are few, rows are many: each template is taken apart once. */
const templates = new Map<string, Template>()

function takeApart(template: string): Template {
  let known = templates.get(template)
  if (known === undefined) {
    // Split at its names, of which each leaves its two groups: `+` or nothing, and the name.
    const pieces = template.split(/\{(\+?)([\w-]+)\}/)
    const parts: Template['parts'] = []
    for (let at = 0; at < pieces.length; at += 3) {
      parts.push(pieces[at] ?? '')
      if (at + 2 < pieces.length) parts.push({ name: pieces[at + 2] ?? '', raw: pieces[at + 1] === '+' })
    }
    const isPlainPath = /^\/(?![/\\])/.test(template) && !/\{\+|[\\#\s]|\/\.|%2e/i.test(template)
    known = { parts, isPlainPath }
    templates.set(template, known)
  }
  return known
}

/** @throws where nothing was read under a name */
export function fill(template: string, values: Record<string, string>, encode: (value: string) => string): string {
  let filled = ''
  for (const part of takeApart(template).parts) {
    if (typeof part === 'string') {
      filled += part
      continue
    }
    const value = values[part.name]
    if (value === undefined) throw new Error(`nothing was read as ${part.name}`)
    filled += part.raw ? value : encode(value)
  }
  return filled
}

export function fillAll(all: Record<string, string>, values: Record<string, string>): Record<string, string> {
  const filled: Record<string, string> = {}
  for (const name of Object.keys(all)) filled[name] = fill(all[name] ?? '', values, String)
  return filled
}

/** Paths are put together as text: thousands of rows have three addresses each, and parsing takes its time. */
export function fillAddress(template: string, values: Record<string, string>, { origin, location }: { origin: string; location: URL }): string {
  const filled = fill(template, values, encodeURIComponent)
  return takeApart(template).isPlainPath && !filled.includes('/.') ? origin + filled : new URL(filled, location.href).href
}

/** Inside the quotation marks of a selector. */
export function inSelector(value: string): string {
  return value.replaceAll(/["\\\n]/g, (character) => (character === '\n' ? String.raw`\a ` : `\\${character}`))
}
