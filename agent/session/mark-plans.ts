import type { PlacedMark } from '../../shared/protocol/marks.ts'
import type { DocumentFacts, DocumentView } from '../../shared/protocol/sign.ts'
import type { Settings } from '../settings/settings.ts'
import type { InspectedDocument, InspectOptions } from '../signing/sign-document.ts'
import { actRequest } from './act-request.ts'
import type { Batch } from './batch.ts'
import type { ImageStore } from './image-store.ts'
import type { KnownKeys } from './known-keys.ts'
import { templateOf, type PlaceMemory } from './place-memory.ts'

export interface MarkPlanParts {
  keys: Pick<KnownKeys, 'find'>
  settings: Pick<Settings, 'appearance' | 'anyKey'>
  images: ImageStore
  memory: PlaceMemory
  report: (thrown: unknown) => void
}

/** What an act will draw on each document, before the clerk is asked. */
export class MarkPlans {
  readonly #parts: MarkPlanParts

  constructor(parts: MarkPlanParts) {
    this.#parts = parts
  }

  /** How a document has to be looked at for its batch. @throws RefusalError what the act refuses by itself, such as a missing number */
  async wanted({ record }: Batch, document: DocumentView): Promise<InspectOptions> {
    const { settings, images } = this.#parts
    const signedAt = new Date()
    const asOriginal = record.profile === 'copy' ? { asOriginal: true } : {}
    return { ...asOriginal, plan: { certificates: await this.#certificates(record.certificate.sha256), signedAt, act: actRequest({ batch: record, document, settings, images, signedAt }) } }
  }

  /** The facts of a document with its template, and its marks, moved as on the last document of the template. */
  planned({ record: { profile } }: Batch, facts: DocumentFacts, { plan }: InspectedDocument): { facts: DocumentFacts; marks: PlacedMark[] } {
    if (plan === undefined) return { facts, marks: [] }
    const template = templateOf(profile, plan)
    return { facts: { ...facts, template }, marks: this.#parts.memory.apply(template, plan.marks, facts) }
  }

  /** The clerk agreed: where marks were moved is remembered. A memory that cannot be written is no reason not to sign. */
  learn(approved: readonly DocumentView[]): void {
    for (const { facts, marks = [] } of approved) {
      if (facts?.template === undefined) continue
      try {
        this.#parts.memory.learn(facts.template, marks)
      } catch (thrown) {
        this.#parts.report(thrown)
      }
    }
  }

  /** A token that was pulled out meanwhile is asked for again before anything is signed. */
  async #certificates(certificateSha256: string): Promise<Uint8Array[]> {
    try {
      const key = await this.#parts.keys.find(certificateSha256, { fresh: false })
      return [key.certificate, ...key.chain]
    } catch {
      return []
    }
  }
}

/** Facts without what only the agent needs: its plan, and the symbol behind a blank number. */
export function factsOf({ plan: _, symbol: __, ...facts }: InspectedDocument): DocumentFacts {
  return facts
}

