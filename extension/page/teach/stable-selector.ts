import { attempt } from '../attempt.ts'

/** Names that a program makes up anew, or that stand for a passing state, lead nowhere tomorrow. */
const passing = /^(active|selected|current|hover|focus|focused|open|opened|closed|odd|even|first|last|new|unread|read|checked|disabled|show|hide|hidden|visible|loading|ng-\w+|css-\w+|sc-\w+|jss\d+|makestyles-.*|mui-.*)$/i

export function isStableName(name: string): boolean {
  return /^[a-z_][\w-]{1,40}$/i.test(name) && !passing.test(name) && !/\d{2,}|[a-z0-9]*\d[a-z]+\d[a-z0-9]*/i.test(name)
}

/** The part of a selector that says most about an element by itself. */
export function ownSelector(element: Element): string {
  const classes = Array.from(element.classList).filter(isStableName).slice(0, 2)
  return element.localName + classes.map((name) => `.${CSS.escape(name)}`).join('')
}

/** A selector that finds this element and no other in `root`, by the most lasting marks that it has; with places in its parent as the last resort. */
export function uniqueSelector(element: Element, root: Document | Element): string {
  const finds = (selector: string): boolean => attempt(() => root.querySelectorAll(selector).length === 1 && root.querySelector(selector) === element) === true
  for (const selector of marksOf(element)) if (finds(selector)) return selector
  let below = ''
  for (let place: Element | null = element; place !== null && place !== root; place = place.parentElement) {
    for (const mark of marksOf(place)) if (finds(`${mark}${below}`)) return `${mark}${below}`
    below = ` > ${nthSelector(place)}${below}`
  }
  return below.replace(/^ > /, '')
}

/** A selector for the same part in every row: it must find `part` first in its own row, and something in as many other rows as can be. */
export function partSelector(part: Element, row: Element, rows: readonly Element[]): string {
  const finds = (selector: string): boolean => attempt(() => row.querySelector(selector) === part) === true
  const reach = (selector: string): number => rows.filter((other) => attempt(() => other.querySelector(selector)) != null).length
  const parent = part.parentElement
  const own = marksOf(part).filter((selector) => !selector.startsWith('#'))
  const beside = parent === null || parent === row ? [] : own.map((selector) => `${ownSelector(parent)} > ${selector}`)
  const candidates = [...own, ...beside, pathSelector(part, row)].filter(finds)
  return candidates.reduce((best, next) => (reach(next) > reach(best) * 1.2 ? next : best), candidates[0] ?? pathSelector(part, row))
}

function marksOf(element: Element): string[] {
  const { localName, id } = element
  const marks: string[] = []
  if (id !== '' && isStableName(id)) marks.push(`#${CSS.escape(id)}`)
  const name = element.getAttribute('name')
  if (name !== null && name !== '') marks.push(`${localName}[name="${CSS.escape(name)}"]`)
  const data = Array.from(element.attributes, (attribute) => attribute.name).filter((attribute) => attribute.startsWith('data-') && isStableName(attribute))
  const own = ownSelector(element)
  if (own !== localName) marks.push(own)
  if (element.getAttribute('type') === 'file') marks.push('input[type="file"]')
  marks.push(...data.map((attribute) => `${localName}[${attribute}]`))
  const folder = /^(?:https?:\/\/[^/]+)?(\/[a-z._-]{2,40}\/)/i.exec(element.getAttribute('href') ?? '')?.[1]
  if (folder !== undefined) marks.push(`${localName}[href*="${folder}"]`)
  marks.push(localName)
  return marks
}

function nthSelector(element: Element): string {
  const { localName, parentElement } = element
  const same = Array.from(parentElement?.children ?? []).filter((other) => other.localName === localName)
  return same.length < 2 ? localName : `${localName}:nth-of-type(${same.indexOf(element) + 1})`
}

function pathSelector(part: Element, row: Element): string {
  const steps: string[] = []
  for (let place: Element | null = part; place !== null && place !== row; place = place.parentElement) steps.unshift(nthSelector(place))
  return steps.join(' > ')
}
