import { refusal, RefusalError } from '../../shared/errors.ts'
import type { SiteAnswer } from '../../shared/messages/page.ts'
import type { TokenOnPage, WayBack } from '../../shared/messages/way-back.ts'
import type { StepWay } from '../../shared/messages/site.ts'
import { loginInText, loginOrError } from '../../shared/messages/read-answer.ts'
import { readAnswer } from './confirm-return.ts'
import { LineLost } from '../../shared/messages/line-lost.ts'

type ApiWay = Extract<WayBack, { by: 'api' }>

/** Calls a document system with the clerk's cookies; the token of the session is read once and again when it is refused. */
export class SiteApi {
  private readonly tokens = new Map<string, Promise<string>>()

  /** Throws `LineLost` where the line breaks. */
  async send(way: ApiWay, name: string, signed: Blob): Promise<SiteAnswer> {
    const answer = await this.call(way, name, signed)
    if (way.token === undefined || (answer.status !== 401 && answer.status !== 403 && answer.status !== 419)) return answer
    this.tokens.delete(keyOf(way.token))
    return this.call(way, name, signed)
  }

  /** Takes the system's next step. Throws `LineLost` where the line breaks. */
  async step(way: Extract<StepWay, { by: 'api' }>): Promise<SiteAnswer> {
    const body = new URLSearchParams(way.fields)
    if (way.token !== undefined) body.set(way.token.field, await this.token(way.token))
    return this.ask(way, body)
  }

  private async call(way: ApiWay, name: string, signed: Blob): Promise<SiteAnswer> {
    const body = new FormData()
    if (way.token !== undefined) body.set(way.token.field, await this.token(way.token))
    for (const [field, value] of Object.entries(way.fields)) body.set(field, value)
    body.set(way.fileField, signed, name)
    return this.ask(way, body)
  }

  private async ask({ url, method }: Pick<ApiWay, 'url' | 'method'>, body: FormData | URLSearchParams): Promise<SiteAnswer> {
    try {
      return await readAnswer(await fetch(url, { method, body, credentials: 'include', cache: 'no-store' }))
    } catch (cause) {
      throw new LineLost('unknown', cause)
    }
  }

  private token(token: TokenOnPage): Promise<string> {
    const known = this.tokens.get(keyOf(token)) ?? readToken(token)
    this.tokens.set(keyOf(token), known)
    known.catch(() => this.tokens.delete(keyOf(token)))
    return known
  }
}

function keyOf({ url, pattern }: TokenOnPage): string {
  return `${url} ${pattern}`
}

/** Nothing was sent yet when this refuses. */
async function readToken({ url, pattern }: TokenOnPage): Promise<string> {
  const page = await fetch(url, { credentials: 'include', cache: 'no-store' }).then(readAnswer).catch((cause: unknown) => {
    throw new LineLost('unsent', cause)
  })
  const refused = loginOrError(page, 'upload-failed') ?? loginInText(page)
  if (refused) throw new RefusalError(refused)
  const token = new RegExp(pattern, 'u').exec(page.text)?.[1]
  if (token === undefined) throw new RefusalError(refusal('upload-failed', { status: 'token' }))
  return token
}
