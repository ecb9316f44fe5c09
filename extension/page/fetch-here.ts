import { refuse, RefusalError } from '../../shared/errors.ts'
import { loginOrError } from '../../shared/messages/read-answer.ts'
import { storedValue, type Page } from './find-by-site.ts'
import type { Source } from './found.ts'
import type { Postback } from './postback.ts'

/** The bytes of a document, fetched as the page itself would. */
export async function readHere(source: Source, page: Pick<Page, 'storages'>): Promise<ReadableStream<Uint8Array>> {
  const response = await fetchHere(source, page)
  const { url, redirected, status, headers } = response
  if (/^https?:/.test(url)) {
    const refusal = loginOrError({ url, redirected, status, contentType: headers.get('content-type') ?? '' }, 'download-failed')
    if (refusal) throw new RefusalError(refusal)
  }
  return response.body ?? refuse('download-failed', { status: String(response.status) })
}

/** The page's blob, its postback, or an address with the header that the page keeps in its storage. */
export function fetchHere(source: Source, page: Pick<Page, 'storages'>): Promise<Response> {
  return source.by === 'address' ? fetchAddress(source, page) : fetchPostback(source)
}

function fetchAddress({ url, authorization }: Extract<Source, { by: 'address' }>, page: Pick<Page, 'storages'>): Promise<Response> {
  const value = authorization && storedValue(authorization, page)
  const headers = authorization && value != null ? { [authorization.name]: authorization.template.replace('{value}', () => value) } : {}
  return fetch(url, { headers, credentials: 'same-origin' })
}

/** The form with the name of the control that was pressed (what `__doPostBack` sends), without leaving the page. */
function fetchPostback({ form, target, argument }: Postback): Promise<Response> {
  const fields = new URLSearchParams()
  new FormData(form).forEach((value, name) => {
    if (typeof value === 'string') fields.append(name, value)
  })
  fields.set('__EVENTTARGET', target)
  fields.set('__EVENTARGUMENT', argument)
  const address = form.getAttribute('action') ?? ''
  return fetch(new URL(address, form.baseURI), { method: 'POST', body: fields, credentials: 'same-origin' })
}
