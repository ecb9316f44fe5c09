import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { refuse } from '../../shared/errors.ts'
import { openHome } from '../settings/home.ts'
import { renamePatientlySync } from '../settings/rename-patiently.ts'
import type { Role } from '../token/role.ts'

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
      renamePatientlySync(`${file}.part`, file)
    } catch (cause) {
      refuse('folder-unwritable', { folder: this.#home }, cause)
    }
    this.#answers[certificateSha256] = role
  }
}

/** A file that is missing or damaged answers nothing: the question is asked once more. */
function read(file: string): Record<string, Role> {
  try {
    const answers: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof answers !== 'object' || answers === null) return {}
    return Object.fromEntries(Object.entries(answers).filter((entry): entry is [string, Role] => entry[1] === 'person' || entry[1] === 'agency'))
  } catch {
    return {}
  }
}
