import type { Refusal } from '../../shared/errors.ts'
import type { CertificateView } from '../../shared/protocol/list-certificates.ts'

/** What the agent told of keys and tokens last. */
export class AgentKeys {
  certificates: CertificateView[] = []
  problems: Refusal[] = []
  /** False until the agent has told them. */
  known = false

  private waiting: (() => void)[] = []

  /** Resolves when the agent tells them the next time. */
  next(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  set({ certificates, problems }: Pick<AgentKeys, 'certificates' | 'problems'>): void {
    this.certificates = certificates
    this.problems = problems
    this.known = true
    for (const resolve of this.waiting.splice(0)) resolve()
  }

  /** The certificate for a site without asking: the one used there last, or the only one that can sign. */
  usualFor(site: string, lastCertificate: Record<string, string>): CertificateView | undefined {
    const usable = this.certificates.filter(({ refusal }) => refusal === undefined)
    return usable.find(({ sha256 }) => sha256 === lastCertificate[site]) ?? (usable.length === 1 ? usable[0] : undefined)
  }
}
