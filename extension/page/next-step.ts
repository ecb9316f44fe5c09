import type { NextOfDocument } from '../../shared/messages/page.ts'
import type { PageView, StepWay } from '../../shared/messages/site.ts'
import { attempt } from './attempt.ts'
import { fill, fillAddress, fillAll, inSelector } from './fill-template.ts'
import { readValue, type Place } from './read-value.ts'

/** What the system can do next with the document of a row; undefined where the row is at another step, or where a template has a hole. */
export function nextStepOf({ next }: PageView, place: Place, values: Record<string, string>): NextOfDocument | undefined {
  if (next === undefined || (next.when !== undefined && place.parts.first(place.index, next.when) === undefined)) return undefined
  return attempt(() => {
    const { label, by, unready, done, said, recipients } = next
    const address = (template: string): string => fillAddress(template, values, place)
    const who = recipients && attempt(() => readValue(recipients, place))
    return {
      label,
      by: fillStep(by, values, address),
      done: { pattern: done.pattern, ...(done.url === undefined ? {} : { url: address(done.url) }) },
      ...(unready === undefined ? {} : { unready: { url: address(unready.url), pattern: unready.pattern } }),
      ...(said === undefined ? {} : { said }),
      ...(who === undefined || who === '' ? {} : { recipients: who }),
    }
  })
}

function fillStep(way: StepWay, values: Record<string, string>, address: (template: string) => string): StepWay {
  switch (way.by) {
    case 'api': {
      const token = way.token === undefined ? {} : { token: { ...way.token, url: address(way.token.url) } }
      return { ...way, url: address(way.url), fields: fillAll(way.fields, values), ...token }
    }
    case 'form':
      return { ...way, url: address(way.url), form: fill(way.form, values, inSelector), fields: fillAll(way.fields, values) }
    case 'click':
      return { ...way, url: address(way.url), selector: fill(way.selector, values, inSelector) }
  }
}
