import * as v from 'valibot'
import { Profile } from '../../shared/protocol/sign.ts'
import { siteFormat, type Reading, type Site } from '../../shared/messages/site.ts'

const text = (most: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(most))
const selector = text(500)
const template = text(1_000)
const fields = v.record(text(100), v.pipe(v.string(), v.maxLength(1_000)))

/** A pattern that the browser takes. Long ones are no patterns, and could keep a page busy. */
const pattern = v.pipe(text(300), v.check((source) => compiles(source), 'not a regular expression'))

const origin = v.pipe(text(200), v.regex(/^https?:\/\/(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?$/, 'not an origin such as https://qlvb.tinh.gov.vn or https://*.tinh.gov.vn'))
const fileHost = v.pipe(text(200), v.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?$/, 'not a host'))

const reading = v.strictObject({
  from: v.exactOptional(v.picklist(['row', 'page', 'address'])),
  selector: v.exactOptional(selector),
  column: v.exactOptional(pattern),
  label: v.exactOptional(pattern),
  attribute: v.exactOptional(text(100)),
  pattern: v.exactOptional(pattern),
})

const token = v.strictObject({ field: text(100), url: template, pattern })

const storedHeader = v.strictObject({ storage: v.picklist(['local', 'session']), key: text(200), name: v.pipe(text(100), v.regex(/^[\w-]+$/, 'not a header')), template: text(200) })

const confirmation = {
  confirm: v.picklist(['answer', 'digest', 'listRow', 'none']),
  digestUrl: v.exactOptional(template),
  listRow: v.exactOptional(v.strictObject({ url: template, selector: template })),
  readingIsSilent: v.exactOptional(v.boolean()),
}

const way = v.variant('by', [
  v.strictObject({ by: v.literal('api'), url: template, method: v.picklist(['POST', 'PUT']), fileField: text(100), fields, token: v.exactOptional(token), authorization: v.exactOptional(storedHeader), ...confirmation }),
  v.strictObject({ by: v.literal('form'), url: template, form: template, fileField: text(100), fields, ...confirmation }),
  v.strictObject({ by: v.literal('page'), input: selector, submit: v.exactOptional(selector), ...confirmation }),
  v.strictObject({ by: v.literal('drop'), zone: selector, submit: v.exactOptional(selector), ...confirmation }),
  v.strictObject({ by: v.literal('download') }),
])

const next = v.strictObject({
  label: text(60),
  when: v.exactOptional(selector),
  recipients: v.exactOptional(reading),
  by: v.variant('by', [
    v.strictObject({ by: v.literal('api'), url: template, method: v.picklist(['POST', 'PUT']), fields, token: v.exactOptional(token), authorization: v.exactOptional(storedHeader) }),
    v.strictObject({ by: v.literal('form'), url: template, form: template, fields }),
    v.strictObject({ by: v.literal('click'), url: template, selector: template }),
  ]),
  unready: v.exactOptional(v.strictObject({ url: template, pattern })),
  done: v.strictObject({ url: v.exactOptional(template), pattern }),
  said: v.exactOptional(pattern),
})

const reads = v.pipe(
  v.record(v.pipe(text(40), v.regex(/^[\w-]+$/, 'not a name')), reading),
  v.check((names) => Object.hasOwn(names, 'file'), 'nothing says where the file is'),
  v.transform((names) => names as { file: Reading } & Record<string, Reading>),
)

const view = v.strictObject({
  path: pattern,
  query: v.exactOptional(pattern),
  when: v.exactOptional(selector),
  list: v.exactOptional(selector),
  row: selector,
  reads,
  authorization: v.exactOptional(storedHeader),
  acts: v.exactOptional(v.pipe(v.array(v.strictObject({ when: v.exactOptional(selector), act: Profile })), v.maxLength(10))),
  waysBack: v.pipe(v.array(v.strictObject({ when: v.exactOptional(selector), in: v.exactOptional(v.picklist(['row', 'page'])), way })), v.maxLength(10)),
  nextPage: v.exactOptional(selector),
  next: v.exactOptional(next),
})

const site = v.strictObject({
  format: v.literal(siteFormat),
  id: v.pipe(text(60), v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower case letters, digits and hyphens')),
  version: v.pipe(v.number(), v.integer(), v.minValue(1)),
  name: text(80),
  source: text(500),
  assumed: v.exactOptional(v.pipe(v.array(text(200)), v.maxLength(20))),
  origins: v.exactOptional(v.pipe(v.array(origin), v.minLength(1), v.maxLength(50))),
  recognise: v.strictObject({ title: v.exactOptional(pattern), selectors: v.pipe(v.array(selector), v.maxLength(10)) }),
  fileHosts: v.exactOptional(v.pipe(v.array(fileHost), v.maxLength(10))),
  readingIsSilent: v.exactOptional(v.boolean()),
  views: v.pipe(v.array(view), v.minLength(1), v.maxLength(20)),
})

/** From a descriptor's first line to its last byte; a longer one is something else. */
export const longestSite = 64 * 1024

/** What is wrong with a descriptor, in one line for the IT desk; or the descriptor as plain data. */
export function readSite(value: unknown): { site: Site } | { reason: string } {
  const result = v.safeParse(site, value, { abortPipeEarly: true })
  if (result.success) return { site: result.output }
  const [issue] = result.issues
  return { reason: `${v.getDotPath(issue) ?? 'site'}: ${issue.message}` }
}

function compiles(source: string): boolean {
  try {
    return new RegExp(source, 'u').source !== ''
  } catch {
    return false
  }
}
