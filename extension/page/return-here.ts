import { refuse, RefusalError } from '../../shared/errors.ts'
import type { ReturnToPage, SiteAnswer } from '../../shared/messages/page.ts'
import type { StepWay } from '../../shared/messages/site.ts'
import { storedValue, type Page } from './find-by-site.ts'
import { headBytes, loginInText, loginOrError } from '../../shared/messages/read-answer.ts'

type CallWay = Extract<ReturnToPage['wayBack'], { by: 'api' }>
type FormWay = Extract<ReturnToPage['wayBack'], { by: 'form' }>
type DropWay = Extract<ReturnToPage['wayBack'], { by: 'drop' }>
type PageWay = Extract<ReturnToPage['wayBack'], { by: 'page' }>

/**
 * Fills the form of the site's own page, which holds its token, and sends it without leaving the page in the tab. Refuses with
 * `delivery-elsewhere` where the form leads to another origin than its page.
 */
export function returnByForm(way: FormWay, file: File): Promise<SiteAnswer> {
  return sendForm(way, (fields) => fields.set(way.fileField, file, file.name))
}

/**
 * Calls the site's API with the header that the page keeps in its storage. Refuses with `login-expired` where there is none any more,
 * and with `delivery-unconfirmed` where the line broke and nobody knows what became of the call.
 */
export async function returnByCall({ url, method, fileField, fields, token, authorization }: CallWay, file: File, page: Pick<Page, 'storages'>): Promise<SiteAnswer> {
  const value = authorization && storedValue(authorization, page)
  if (authorization === undefined || value == null) return refuse('login-expired', { site: new URL(url).host })
  const body = new FormData()
  if (token !== undefined) {
    body.set(token.field, await readToken(token))
  }
  for (const [field, words] of Object.entries(fields)) body.set(field, words)
  body.set(fileField, file, file.name)
  const headers = { [authorization.name]: authorization.template.replace('{value}', () => value) }
  const answer = fetch(url, { method, headers, body, credentials: 'same-origin' }).then(readAnswer)
  return answer.catch((cause: unknown) => refuse('delivery-unconfirmed', undefined, cause))
}

/** Nothing was sent yet when this refuses. */
async function readToken({ url, pattern }: NonNullable<CallWay['token']>): Promise<string> {
  const asked = fetch(url, { credentials: 'same-origin' }).then(readAnswer)
  const page = await asked.catch((cause: unknown) => refuse('upload-failed', { status: 'network' }, cause))
  const refused = loginOrError(page, 'upload-failed') ?? loginInText(page)
  if (refused) throw new RefusalError(refused)
  return new RegExp(pattern, 'u').exec(page.text)?.[1] ?? refuse('upload-failed', { status: 'token' })
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
  const page = await readAnswer(await fetch(way.url, { credentials: 'same-origin' }))
  const refusal = loginOrError(page, 'upload-failed') ?? loginInText(page)
  if (refusal) throw new RefusalError(refusal)
  const form = new DOMParser().parseFromString(page.text, 'text/html').querySelector<HTMLFormElement>(way.form)
  // The page is there, its form is not: the document is at another step, or the site has changed.
  if (form === null) return refuse('upload-failed', { status: 'form' })
  const fields = new FormData(form)
  for (const [name, value] of Object.entries(way.fields)) fields.set(name, value)
  fill(fields)
  const action = new URL(form.getAttribute('action') ?? '', way.url)
  if (action.origin !== new URL(way.url).origin) return refuse('delivery-elsewhere', { site: action.host })
  return readAnswer(await fetch(action, { method: 'POST', body: bodyFor(form, fields), credentials: 'same-origin' }))
}

/** Puts the file into the page's own input and presses its button. What comes of it only the tab will show. */
export function returnByPage(way: PageWay, file: File, document: Document): void {
  const input = document.querySelector<HTMLInputElement>(way.input) ?? refuse('upload-failed', { status: 'input' })
  const files = new DataTransfer()
  files.items.add(file)
  input.files = files.files
  input.dispatchEvent(new Event('input', { bubbles: true, composed: true }))
  input.dispatchEvent(new Event('change', { bubbles: true, composed: true }))
  if (way.submit !== undefined) (document.querySelector<HTMLElement>(way.submit) ?? refuse('upload-failed', { status: 'submit' })).click()
  else (input.form ?? refuse('upload-failed', { status: 'form' })).requestSubmit()
}

/** Drops the file on the page's own place for it, as a hand would: drag in, over, and let go. */
export function returnByDrop(way: DropWay, file: File, document: Document): void {
  const zone = document.querySelector<HTMLElement>(way.zone) ?? refuse('upload-failed', { status: 'drop' })
  const files = new DataTransfer()
  files.items.add(file)
  const { left, top, width, height } = zone.getBoundingClientRect()
  const at = { clientX: left + width / 2, clientY: top + height / 2 }
  for (const type of ['dragenter', 'dragover', 'drop']) {
    zone.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, composed: true, dataTransfer: files, ...at }))
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
