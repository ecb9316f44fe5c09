import { createHash } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { refuse } from '../../shared/errors.ts'
import type { DocumentFacts } from '../../shared/protocol/sign.ts'
import type { DocumentWorkers, InspectOptions, SignedDocument, SignJob } from '../../agent/signing/sign-document.ts'

/**
 * Workers that know no PDF: a document is what starts with `%PDF-`, and a signed one has the signature behind it; one
 * that says `%broken` has a signature that holds no more. */
export class FakeWorkers implements DocumentWorkers {
  readonly jobs: SignJob[] = []
  /** Prepared and not yet with a signature: now, and at most at the same time. */
  prepared = 0
  mostPrepared = 0
  isClosed = false
  /** Called before the document is prepared; may throw a refusal. */
  beforePrepare: (job: SignJob) => Promise<void> = () => Promise.resolve()
  /** Called when the signature is there, before the output is written. */
  beforeWrite: (job: SignJob) => Promise<void> = () => Promise.resolve()

  inspect(path: string, { insist = false }: InspectOptions = {}): Promise<DocumentFacts> {
    const text = readFileSync(path, 'latin1')
    if (!text.startsWith('%PDF-')) return Promise.resolve().then(() => refuse('document-not-pdf'))
    const isBroken = text.includes('%broken')
    if (isBroken && !insist) return Promise.resolve().then(() => refuse('document-signature-broken'))
    return Promise.resolve({ pages: 1, number: '12/QĐ-SNV', subject: text.slice(9, 60), title: '', signatures: [], warnings: isBroken ? ['signature-broken' as const] : [] })
  }

  async sign(job: SignJob, askKey: (digestSha256: Uint8Array) => Promise<Uint8Array>, onPrepared?: () => void): Promise<SignedDocument> {
    this.jobs.push(job)
    await this.beforePrepare(job)
    const original = readFileSync(job.input)
    if (job.inputSha256 !== undefined && createHash('sha256').update(original).digest('hex') !== job.inputSha256) refuse('document-changed')
    this.mostPrepared = Math.max(this.mostPrepared, ++this.prepared)
    onPrepared?.()
    const signature = await askKey(createHash('sha256').update(original).digest()).finally(() => this.prepared--)
    await this.beforeWrite(job)
    const signed = Buffer.concat([original, Buffer.from('\n%signed '), signature])
    writeFileSync(`${job.output}.part`, signed)
    renameSync(`${job.output}.part`, job.output)
    return { sizeBytes: signed.length, sha256: createHash('sha256').update(signed).digest('hex'), fieldName: 'Signature1' }
  }

  compare(signed: string, copy: string): Promise<'extended' | 'broken'> {
    return Promise.resolve(readFileSync(copy).subarray(0, readFileSync(signed).length).equals(readFileSync(signed)) ? 'extended' : 'broken')
  }

  prepareImage({ input, output }: { input: string; output: string }): Promise<{ width: number; height: number; widthMm: number; heightMm: number; coarse: boolean }> {
    writeFileSync(output, readFileSync(input))
    return Promise.resolve({ width: 400, height: 200, widthMm: 50, heightMm: 25, coarse: false })
  }

  close(): Promise<void> {
    this.isClosed = true
    return Promise.resolve()
  }
}
