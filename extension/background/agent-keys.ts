import type { Refusal } from '../../shared/errors.ts'
import type { CertificateView } from '../../shared/protocol/list-certificates.ts'

/** What the agent told of keys and tokens last. */
export class AgentKeys {
  certificates: CertificateView[] = []
  problems: Refusal[] = []
  /** False until the agent has told them. */
  known = false
  /** A token came or went; what it holds is told next. */
  reading = false

  private waiting: (() => void)[] = []

  /** Resolves when the agent tells them the next time. */
  next(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  set({ certificates, problems }: Pick<AgentKeys, 'certificates' | 'problems'>): void {
    this.certificates = certificates
    this.problems = problems
    this.known = true
    this.reading = false
    for (const resolve of this.waiting.splice(0)) resolve()
  }

  /** The certificate without asking: the one that was last used for the same, or the only one that can sign. */
  usualFor(lastSha256: string | undefined): CertificateView | undefined {
    const usable = this.certificates.filter(({ refusal }) => refusal === undefined)
    return usable.find(({ sha256 }) => sha256 === lastSha256) ?? (usable.length === 1 ? usable[0] : undefined)
  }
}
