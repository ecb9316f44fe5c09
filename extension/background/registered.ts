import type { FoundDocument } from '../../shared/messages/page.ts'
import type { RegisteredFacts, Secrecy } from '../../shared/protocol/sign.ts'
import { unmarked } from '../../shared/text/unmarked.ts'

type RowWords = { [Word in 'number' | 'date' | 'title' | 'arrivalNumber' | 'arrivalDate' | 'secrecy']?: FoundDocument[Word] | undefined }

/** As the protocol has room for. */
const longestNumber = 60

/** What the page's row says of a document, in the form of the protocol. A day that is none, or a number that is too long to be one, is left out. */
export function registeredOf({ number, date, title, arrivalNumber, arrivalDate, secrecy }: RowWords): RegisteredFacts {
  return {
    ...present('number', numberIn(number)),
    ...present('date', dayIn(date)),
    ...present('title', plain(title)),
    ...present('arrivalNumber', numberIn(arrivalNumber)),
    ...present('arrivalDate', dayIn(arrivalDate)),
    ...present('secrecy', gradeIn(secrecy)),
  }
}

function present<Name extends string, Value>(name: Name, value: Value | undefined): Partial<Record<Name, Value>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Value>)
}

/** "Số: 2061/QĐ-UBND", "2061 / QĐ-UBND": the number begins with a digit. */
function numberIn(text: string | undefined): string | undefined {
  const found = /\d[^\s]*(\s*\/\s*\S+)*/u.exec(plain(text) ?? '')?.[0].replaceAll(/\s/g, '')
  return found !== undefined && found.length <= longestNumber ? found : undefined
}

const orders = [/(?<!\d)(?<year>\d{4})-(?<month>\d{1,2})-(?<day>\d{1,2})(?!\d)/, /(?<!\d)(?<day>\d{1,2})[/.-](?<month>\d{1,2})[/.-](?<year>\d{4})(?!\d)/]

/** A day of the calendar as `YYYY-MM-DD`; days are written day first in Viet Nam. */
export function dayIn(text: string | undefined): string | undefined {
  const groups = orders.map((order) => order.exec(text ?? '')?.groups).find((found) => found !== undefined)
  const [year, month, day] = [groups?.['year'], groups?.['month'], groups?.['day']].map(Number) as [number, number, number]
  const real = new Date(Date.UTC(year, month - 1, day))
  if (Number.isNaN(real.getTime()) || real.getUTCMonth() !== month - 1 || real.getUTCDate() !== day) return undefined
  return real.toISOString().slice(0, 10)
}

/** The page has found that the words are a mark of secrecy; a grade that is not read is the lowest. */
function gradeIn(words: string | undefined): Secrecy | undefined {
  if (words === undefined) return undefined
  const bare = unmarked(words)
  return bare.includes('tuyet') ? 'most-secret' : bare.includes('toi') ? 'top-secret' : 'secret'
}

function plain(text: string | undefined): string | undefined {
  return text?.toWellFormed().replaceAll(/\p{Cc}/gu, ' ').slice(0, 300)
}
