import { RefusalError } from '../../shared/errors.ts'
import { loginInText, loginOrError } from '../../shared/messages/read-answer.ts'
import { readAnswer } from './return-here.ts'

/** Whether a page of the site shows what the selector finds. It is read anew, beside the page in the tab. Refuses with `login-expired`. */
export async function findRow(url: string, selector: string): Promise<boolean> {
  const page = await readAnswer(await fetch(url, { credentials: 'same-origin', cache: 'no-store' }))
  const refusal = loginOrError(page, 'download-failed') ?? loginInText(page)
  if (refusal) throw new RefusalError(refusal)
  return new DOMParser().parseFromString(page.text, 'text/html').querySelector(selector) !== null
}
