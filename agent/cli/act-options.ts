import { appearanceLines } from '../../shared/text/appearance.ts'
import { homeFolder } from '../settings/home.ts'
import { readSettings } from '../settings/read-settings.ts'
import { actNames, mainMarks, type ActDate, type ActName, type ActRequest, type CopyForm } from '../signing/acts/act.ts'
import type { Place } from '../signing/appearance/appearance.ts'
import { certificateFacts } from '../token/certificate.ts'
import type { KeyInfo } from '../token/key-source.ts'
import { roleOfKey } from '../token/role.ts'

/** Options of `sign` and `place` that say what an act needs, as `parseArgs` takes them. */
export const actOptions = {
  profile: { type: 'string' },
  image: { type: 'string' },
  place: { type: 'string' },
  number: { type: 'string' },
  date: { type: 'string' },
  code: { type: 'string' },
  form: { type: 'string' },
  agency: { type: 'string' },
  text: { type: 'string' },
} as const

export const actUsage = `  --profile ACT                  what is done: approve, issue, income, appendix, copy, comment or initials
  --image PNG                    the hand (approve, initials) or the seal (issue)
  --place auto|page,x,y,w,h      where: by reading the document, or in points from the bottom left of the page as shown
  --number NUMBER                the number from the document system (issue, income)
  --date YYYY-MM-DD              the day from the document system (issue, income)
  --code NUMBER/SYMBOL           number and symbol of the document that an attachment belongs to (appendix)
  --form full|recopy|extract     what kind of copy (copy; default: full)
  --agency NAME                  whose arrival box or copy (default: the certificate's organisation)
  --text TEXT                    the comment (comment)
`

export interface ActValues {
  profile?: string | undefined
  image?: string | undefined
  place?: string | undefined
  number?: string | undefined
  date?: string | undefined
  code?: string | undefined
  form?: string | undefined
  agency?: string | undefined
  text?: string | undefined
}

/** The act for whoever holds the key; undefined while nobody does. */
export type ActFor = (key: KeyInfo | undefined, signedAt: Date) => ActRequest

/** @throws Error that says what is wrong or missing; undefined where no act was named */
export function readAct(values: ActValues, whenUnsure: ActRequest['whenUnsure']): ActFor | undefined {
  if (values.profile === undefined) return undefined
  const act = actNames.find((name) => name === values.profile)
  if (!act) throw new Error(`--profile takes ${actNames.join(', ')}, not "${values.profile}"`)
  const place = values.place === 'auto' ? undefined : readPlace(values.place)
  const date = readDate(values.date)
  const build = builders[act](values, date)
  const { settings } = readSettings({ home: homeFolder() })
  return (key, signedAt) => ({
    ...build(key, signedAt, settings.appearance.sealMm),
    whenUnsure,
    keyRole: roleOf(key, settings.tokenRoles),
    anyKey: settings.anyKey,
    ...(place ? { places: { [mainMarks[act]]: place } } : {}),
  })
}

type Distributed<Request> = Request extends ActRequest ? Omit<Request, 'whenUnsure' | 'keyRole' | 'anyKey' | 'places' | 'invisible'> : never
type Build = (key: KeyInfo | undefined, signedAt: Date, sealMm: number) => Distributed<ActRequest>

const builders: Record<ActName, (values: ActValues, date: ActDate | undefined) => Build> = {
  approve: ({ image }) => (key, signedAt) => ({ act: 'approve', lines: linesOf(key, signedAt), ...(image === undefined ? {} : { image }) }),
  issue: ({ image, number }, date) => (key, signedAt, sealMm) => ({
    act: 'issue', lines: linesOf(key, signedAt), sealMm,
    ...(image === undefined ? {} : { image }), ...(number === undefined ? {} : { number }), ...(date === undefined ? {} : { date }),
  }),
  income: ({ agency, number }, date) => {
    const wanted = { number: needed('income', 'number', number), date: needed('income', 'date', date) }
    return (key) => ({ act: 'income', agency: agency ?? organisationOf(key), ...wanted })
  },
  appendix: ({ code }) => {
    const wanted = needed('appendix', 'code', code)
    return () => ({ act: 'appendix', code: wanted })
  },
  copy: ({ form, agency }) => {
    const wanted = formFrom(form)
    return (key) => ({ act: 'copy', form: wanted, agency: agency ?? organisationOf(key) })
  },
  comment: ({ text }) => {
    const wanted = needed('comment', 'text', text)
    return (key) => ({ act: 'comment', text: wanted, holder: key ? certificateFacts(key.certificate).holder : '' })
  },
  initials: ({ image }) => {
    const wanted = needed('initials', 'image', image)
    return () => ({ act: 'initials', image: wanted })
  },
}

function needed<Value>(act: ActName, option: string, value: Value | undefined): Value {
  if (value === undefined) throw new Error(`--profile ${act} needs --${option}`)
  return value
}

function linesOf(key: KeyInfo | undefined, signedAt: Date): string[] {
  return key ? appearanceLines(certificateFacts(key.certificate), signedAt) : []
}

function organisationOf(key: KeyInfo | undefined): string {
  return key ? certificateFacts(key.certificate).organisation : ''
}

function roleOf(key: KeyInfo | undefined, tokenRoles: Record<string, 'person' | 'agency'>): ActRequest['keyRole'] {
  return (key && roleOfKey(key, tokenRoles)) ?? 'unknown'
}

function formFrom(text = 'full'): CopyForm {
  if (text === 'full' || text === 'recopy' || text === 'extract') return text
  throw new Error(`--form takes full, recopy or extract, not "${text}"`)
}

function readDate(text: string | undefined): ActDate | undefined {
  if (text === undefined) return undefined
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number)
  const real = new Date(Date.UTC(year, month - 1, day))
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && real.getUTCMonth() === month - 1 && real.getUTCDate() === day) return { day, month, year }
  throw new Error(`--date takes YYYY-MM-DD, not "${text}"`)
}

export function readPlace(text: string | undefined): Place | undefined {
  if (text === undefined) return undefined
  const [page = NaN, x = NaN, y = NaN, width = NaN, height = NaN, ...more] = text.split(',').map(Number)
  const holds = more.length === 0 && Number.isInteger(page) && page >= 1 && [x, y].every(Number.isFinite) && width > 0 && height > 0
  if (!holds) throw new Error(`--place takes page,x,y,w,h in points, not "${text}"`)
  return { page, x, y, width, height }
}
