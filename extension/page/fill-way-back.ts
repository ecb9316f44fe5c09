import type { WayBack } from '../../shared/messages/way-back.ts'
import type { PageView, WayBackTemplate } from '../../shared/messages/site.ts'
import { attempt } from './attempt.ts'
import { fill, fillAddress, fillAll, inSelector } from './fill-template.ts'
import type { Place } from './read-value.ts'

/** The way back of a row: the first of its view whose condition is met, with what was read put into its templates. */
export function wayBackOf({ waysBack }: PageView, values: Record<string, string>, place: Place): WayBack | undefined {
  const holds = (when: string, inPage: boolean): boolean => (inPage ? place.document.querySelector(when) : place.parts.first(place.index, when)) != null
  const chosen = waysBack.find(({ when, in: where }) => when === undefined || holds(when, where === 'page'))
  // A way with a hole in it is no way: `fill` throws, and the document is found without one.
  return chosen && attempt(() => fillWayBack(chosen.way, values, place))
}

function fillWayBack(way: WayBackTemplate, values: Record<string, string>, place: Place): WayBack {
  if (way.by === 'download') return way
  const address = (template: string): string => fillAddress(template, values, place)
  // Copied first, then set: an object for every part of every row would keep the collector busy.
  const filled = { ...way }
  if (filled.digestUrl !== undefined) filled.digestUrl = address(filled.digestUrl)
  if (filled.listRow !== undefined) filled.listRow = { url: address(filled.listRow.url), selector: fill(filled.listRow.selector, values, inSelector) }
  if (filled.by === 'page' || filled.by === 'drop') return filled
  filled.url = address(filled.url)
  filled.fields = fillAll(filled.fields, values)
  if (filled.by === 'form') filled.form = fill(filled.form, values, inSelector)
  else if (filled.token !== undefined) filled.token = { ...filled.token, url: address(filled.token.url) }
  return filled
}
