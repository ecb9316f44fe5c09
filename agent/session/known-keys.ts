import { refuse, type Refusal } from '../../shared/errors.ts'
import type { CertificateView } from '../../shared/protocol/list-certificates.ts'
import type { Settings } from '../settings/settings.ts'
import type { KeyInfo, KeyListing, KeySource } from '../token/key-source.ts'
import type { Role } from '../token/role.ts'
import { viewCertificate } from './certificate.ts'
import { KeyWatch } from './key-watch.ts'
import type { RoleAnswers } from './role-answers.ts'

export interface CertificateList {
  certificates: CertificateView[]
  problems: Refusal[]
}

export interface KnownKeysParts {
  keys: KeySource
  settings: Pick<Settings, 'tokenRoles'>
  roles: RoleAnswers
}

/** The keys as they were listed last, and how the clerk sees them. */
export class KnownKeys {
  readonly #parts: KnownKeysParts
  readonly #watch: KeyWatch
  /** By the SHA-256 of their certificates. */
  #keys = new Map<string, KeyInfo>()

  constructor(parts: KnownKeysParts) {
    this.#parts = parts
    this.#watch = new KeyWatch(parts.keys)
  }

  async list(): Promise<CertificateList> {
    return this.#heard(await this.#parts.keys.list())
  }

  /** Tells what can sign whenever a token comes or goes, and before that that it is being read, until the returned function is called. */
  watch(tell: (list: CertificateList) => void, reading: () => void): () => void {
    return this.#watch.add({ tell: (listing) => tell(this.#heard(listing)), reading })
  }

  /** @throws RefusalError certificate-missing */
  async find(certificateSha256: string, { fresh }: { fresh: boolean }): Promise<KeyInfo> {
    if (fresh || !this.#keys.has(certificateSha256)) await this.list()
    return this.#keys.get(certificateSha256) ?? refuse('certificate-missing')
  }

  view(key: KeyInfo): CertificateView {
    const { settings, roles } = this.#parts
    return viewCertificate(key, settings, roles)
  }

  /** The clerk says whose certificate it is. @throws RefusalError certificate-missing, folder-unwritable */
  async answerRole(certificateSha256: string, role: Role): Promise<CertificateList> {
    await this.find(certificateSha256, { fresh: false })
    this.#parts.roles.remember(certificateSha256, role)
    return this.list()
  }

  #heard({ keys, problems }: KeyListing): CertificateList {
    this.#keys = new Map(keys.map((key) => [key.certificateSha256, key]))
    return { certificates: keys.map((key) => this.view(key)), problems }
  }
}
