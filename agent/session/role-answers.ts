import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as v from 'valibot'
import { refuse } from '../../shared/errors.ts'
import { openHome } from '../settings/home.ts'
import type { Role } from '../token/role.ts'

const Answers = v.record(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)), v.picklist(['person', 'agency']))

/** What clerks answered about certificates that do not tell whose they are, by the SHA-256 of the certificate. */
export class RoleAnswers {
  readonly #home: string
  readonly #answers: Record<string, Role>

  constructor(home: string) {
    this.#home = home
    this.#answers = read(path.join(home, 'roles.json'))
  }

  get(certificateSha256: string): Role | undefined {
    return this.#answers[certificateSha256]
  }

  /** @throws RefusalError folder-unwritable */
  remember(certificateSha256: string, role: Role): void {
    const file = path.join(this.#home, 'roles.json')
    openHome(this.#home)
    try {
      writeFileSync(`${file}.part`, `${JSON.stringify({ ...this.#answers, [certificateSha256]: role })}\n`, { mode: 0o600, flush: true })
      renameSync(`${file}.part`, file)
    } catch (cause) {
      refuse('folder-unwritable', { folder: this.#home }, cause)
    }
    this.#answers[certificateSha256] = role
  }
}

/** A file that is missing or damaged answers nothing: the question is asked once more. */
function read(file: string): Record<string, Role> {
  try {
    const found = v.safeParse(Answers, JSON.parse(readFileSync(file, 'utf8')))
    return found.success ? found.output : {}
  } catch {
    return {}
  }
}
