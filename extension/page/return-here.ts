import { refuse, RefusalError } from '../../shared/errors.ts'
import type { AskToPage, ReturnToPage, SiteAnswer } from '../../shared/messages/page.ts'
import { LineLost, type CutAt } from '../../shared/messages/line-lost.ts'
import type { StepWay } from '../../shared/messages/site.ts'
import type { StoredHeader } from '../../shared/messages/way-back.ts'
import { carry } from './carry-file.ts'
import { storedValue, type Page } from './find-by-site.ts'
import { headBytes, loginInText, loginOrError } from '../../shared/messages/read-answer.ts'

type CallWay = Extract<ReturnToPage['wayBack'], { by: 'api' }>
type CallStep = Extract<StepWay, { by: 'api' }>
type FormWay = Extract<ReturnToPage['wayBack'], { by: 'form' }>
type DropWay = Extract<ReturnToPage['wayBack'], { by: 'drop' }>
type PageWay = Extract<ReturnToPage['wayBack'], { by: 'page' }>

/**
 * Fills the form of the site's own page, which holds its token, and sends it without leaving the page in the tab. Refuses with
 * `delivery-elsewhere` where the form leads to another origin than its page; throws `LineLost` where the line broke.
 */
export function returnByForm(way: FormWay, file: File): Promise<SiteAnswer> {
  return sendForm(way, (fields) => fields.set(way.fileField, file, file.name))
}

/**
 * Calls the site's API with the header that the page keeps in its storage. Refuses with `login-expired` where there is none any more;
 * throws `LineLost` where the line broke.
 */
export function returnByCall(way: CallWay, file: File, page: Pick<Page, 'storages'>): Promise<SiteAnswer> {
  return call(way, page, new FormData(), (body) => body.set(way.fileField, file, file.name))
}

/** Takes the system's next step by such a call. */
export function stepByCall(way: CallStep, page: Pick<Page, 'storages'>): Promise<SiteAnswer> {
  return call(way, page, new URLSearchParams(), () => undefined)
}

async function call<Body extends FormData | URLSearchParams>({ url, method, fields, token, authorization }: CallWay | CallStep, page: Pick<Page, 'storages'>, body: Body, fill: (body: Body) => void): Promise<SiteAnswer> {
  const headers = headersOf(url, authorization, page)
  if (token !== undefined) body.set(token.field, await readToken(token))
  for (const [field, words] of Object.entries(fields)) body.set(field, words)
  fill(body)
  return ask('unknown', url, { method, headers, body })
}

/** What the site answers to who has the header. Refuses and throws as `returnByCall`. */
export async function askWithHeader({ url, header }: Pick<AskToPage, 'url' | 'header'>, page: Pick<Page, 'storages'>): Promise<SiteAnswer> {
  return ask('unknown', url, { headers: headersOf(url, header, page), cache: 'no-store' })
}

function headersOf(url: string, header: StoredHeader | undefined, page: Pick<Page, 'storages'>): Record<string, string> {
  const value = header && storedValue(header, page)
  if (header === undefined || value == null) return refuse('login-expired', { site: new URL(url).host })
  return { [header.name]: header.template.replace('{value}', () => value) }
}

async function readToken({ url, pattern }: NonNullable<CallWay['token']>): Promise<string> {
  const page = await readPage(url)
  return new RegExp(pattern, 'u').exec(page.text)?.[1] ?? refuse('upload-failed', { status: 'token' })
}

/** A page of the site before anything is sent. Refuses with the login, or the error, that came in its place. */
async function readPage(url: string): Promise<SiteAnswer> {
  const page = await ask('unsent', url, {})
  const refused = loginOrError(page, 'upload-failed') ?? loginInText(page)
  if (refused) throw new RefusalError(refused)
  return page
}

/** `cutAt`: what a line that breaks leaves of it. */
async function ask(cutAt: CutAt, url: string | URL, how: RequestInit): Promise<SiteAnswer> {
  try {
    return await readAnswer(await fetch(url, { ...how, credentials: 'same-origin' }))
  } catch (cause) {
    throw new LineLost(cutAt, cause)
  }
}

/** Takes the system's next step by its own form, which holds its token. */
export function stepByForm(way: Extract<StepWay, { by: 'form' }>): Promise<SiteAnswer> {
  return sendForm(way, () => undefined)
}

export function stepByClick({ selector }: Extract<StepWay, { by: 'click' }>, document: Document): void {
  const pressed = document.querySelector<HTMLElement>(selector) ?? refuse('send-refused', { said: selector })
  pressed.click()
}

async function sendForm(way: Pick<FormWay, 'url' | 'form' | 'fields'>, fill: (fields: FormData) => void): Promise<SiteAnswer> {
  const page = await readPage(way.url)
  const form = new DOMParser().parseFromString(page.text, 'text/html').querySelector<HTMLFormElement>(way.form)
  // The page is there, its form is not: the document is at another step, or the site has changed.
  if (form === null) return refuse('upload-failed', { status: 'form' })
  const fields = new FormData(form)
  for (const [name, value] of Object.entries(way.fields)) fields.set(name, value)
  fill(fields)
  const action = new URL(form.getAttribute('action') ?? '', way.url)
  if (action.origin !== new URL(way.url).origin) return refuse('delivery-elsewhere', { site: action.host })
  return ask('unknown', action, { method: 'POST', body: bodyFor(form, fields) })
}

/** Puts the file into the page's own input and presses its button. What comes of it only the tab will show. */
export function returnByPage(way: PageWay, file: File, document: Document): void {
  const input = document.querySelector<HTMLInputElement>(way.input) ?? refuse('upload-failed', { status: 'input' })
  input.files = carry(file, document).files
  input.dispatchEvent(new Event('input', { bubbles: true, composed: true }))
  input.dispatchEvent(new Event('change', { bubbles: true, composed: true }))
  if (way.submit !== undefined) (document.querySelector<HTMLElement>(way.submit) ?? refuse('upload-failed', { status: 'submit' })).click()
  else (input.form ?? refuse('upload-failed', { status: 'form' })).requestSubmit()
}

/** Drops the file on the page's own place for it, as a hand would: drag in, over, and let go. */
export function returnByDrop(way: DropWay, file: File, document: Document): void {
  const zone = document.querySelector<HTMLElement>(way.zone) ?? refuse('upload-failed', { status: 'drop' })
  const dataTransfer = carry(file, document)
  const { left, top, width, height } = zone.getBoundingClientRect()
  const at = { clientX: left + width / 2, clientY: top + height / 2 }
  for (const type of ['dragenter', 'dragover', 'drop']) {
    zone.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, composed: true, dataTransfer, ...at }))
  }
  if (way.submit !== undefined) (document.querySelector<HTMLElement>(way.submit) ?? refuse('upload-failed', { status: 'submit' })).click()
}

/** As the form itself would be sent: many systems read one kind of body and not the other. */
function bodyFor(form: HTMLFormElement, fields: FormData): FormData | URLSearchParams {
  const texts = [...fields].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))
  const isPlain = form.getAttribute('enctype') !== 'multipart/form-data' && texts.length === [...fields].length
  return isPlain ? new URLSearchParams(texts) : fields
}

export async function readAnswer(response: Response): Promise<SiteAnswer> {
  const { url, redirected, status, headers } = response
  return { url, redirected, status, contentType: headers.get('content-type') ?? '', text: await response.text() }
}

/** The answer as far as the background needs it. */
export function shorten(answer: SiteAnswer): SiteAnswer {
  return { ...answer, text: answer.text.slice(0, headBytes) }
}
