import { refusal, type Refusal } from '../errors.ts'
import type { SiteAnswer } from './page.ts'

/** What fetch tells of an HTTP answer before its body is read. */
export type AnswerHead = Omit<SiteAnswer, 'text'>

/** So many bytes tell a login page from a document. */
export const headBytes = 64 * 1024

/**
 * Whether the document system sent its login page, or an error, where a document or an answer was asked for. A document system
 * rarely says 401: most redirect to the login page and call it 200.
 */
export function loginOrError(head: AnswerHead, failed: 'download-failed' | 'upload-failed'): Refusal | undefined {
  if (head.status === 401 || head.status === 403 || (head.redirected && isLoginAddress(head.url))) return loginExpired(head.url)
  return head.status >= 200 && head.status < 300 ? undefined : refusal(failed, { status: String(head.status) })
}

/** A page that asks for a password is the login, whatever its address. */
export function loginInText({ url, contentType, text }: Pick<SiteAnswer, 'url' | 'contentType' | 'text'>): Refusal | undefined {
  return isHtml(contentType, text) && /<input\b[^>]*\btype\s*=\s*["']?password\b/i.test(text) ? loginExpired(url) : undefined
}

/**
 * Whether an answer came from another origin than was asked: a redirect led there, and what it says is not the document system's word.
 * A page in its place is the login that several systems share.
 */
export function fromElsewhere({ url, contentType, text }: Pick<SiteAnswer, 'url' | 'contentType' | 'text'>, asked: string): Refusal | undefined {
  if (new URL(url).origin === new URL(asked).origin) return undefined
  return isHtml(contentType, text) ? loginExpired(asked) : refusal('delivery-unconfirmed')
}

export function isHtml(contentType: string, text: string): boolean {
  return /^\s*(<!doctype html|<html\b)/i.test(text) || (/^(text\/html|application\/xhtml)/i.test(contentType) && !text.includes('%PDF-'))
}

function isLoginAddress(url: string): boolean {
  return /\/(log-?in|sign-?in|dang-?nhap|sso|cas|oauth2?|auth(enticate|orize|entication)?)\b/i.test(new URL(url).pathname)
}

function loginExpired(url: string): Refusal {
  return refusal('login-expired', { site: new URL(url).host })
}
