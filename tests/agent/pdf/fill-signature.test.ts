import { createHash, randomBytes } from 'node:crypto'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { SignPdf } from '@signpdf/signpdf'
import { Signer } from '@signpdf/utils'
import { describe, expect, it } from 'vitest'
import { fileSource } from '../../../agent/pdf/byte-source.ts'
import { byteRangeOf, digestCovered, embedContents, writePrepared } from '../../../agent/pdf/fill-signature.ts'
import type { FillJob } from '../../../agent/pdf/fill-signature.ts'
import { openDocument } from '../../../agent/pdf/open-document.ts'
import { startRevision } from '../../../agent/pdf/revision.ts'
import { addSignatureField } from '../../../agent/pdf/signature-field.ts'
import { signaturesOf } from '../../../agent/pdf/signatures.ts'
import { refusalOf } from '../../../shared/errors.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { makePdf, qpdfCheck, run, writeTo } from './made-pdf.ts'
import type { MadePdf } from './made-pdf.ts'

function prepare(input: string): FillJob {
  const source = fileSource(input)
  const document = openDocument(source)
  const revision = startRevision(document)
  const added = addSignatureField(document, revision, { subFilter: 'ETSI.CAdES.detached', contentsBytes: 16_384, m: new Date(), pageIndex: 0, name: 'A' })
  const finished = revision.finish()
  source.close()
  return { input, revision: finished, placeholder: added.placeholderIn(finished) }
}

class FixedSigner extends Signer {
  covered: Buffer | undefined
  readonly #cms: Buffer

  constructor(cms: Buffer) {
    super()
    this.#cms = cms
  }

  override sign(covered: Buffer): Promise<Buffer> {
    this.covered = covered
    return Promise.resolve(this.#cms)
  }
}

const forms: [string, MadePdf][] = [['a table', {}], ['a stream', { form: 'stream', compressed: [1, 2] }], ['no last line end', { end: '' }]]

describe('the streaming fill', () => {
  it.each(forms)('writes the same bytes as @signpdf: %s', async (_, made) => {
    const folder = tempFolder()
    const job = prepare(writeTo(folder, 'in.pdf', makePdf(made)))
    const output = path.join(folder, 'out.pdf')
    const signer = new FixedSigner(randomBytes(2_000))

    const digest = writePrepared(job, output)
    const theirs = await new SignPdf().sign(Buffer.concat([readFileSync(job.input), job.revision.bytes]), signer)
    embedContents(output, job.placeholder, await signer.sign(Buffer.alloc(0)))
    expect(readFileSync(output).equals(theirs)).toBe(true)
    expect(digest).toEqual(digestCovered(job))
  })

  it('digests exactly what /ByteRange says', () => {
    const folder = tempFolder()
    const job = prepare(writeTo(folder, 'in.pdf', makePdf({ trailer: `/Filling (${'z'.repeat(3_000_000)})` })))
    const output = path.join(folder, 'out.pdf')
    const digest = writePrepared(job, output)
    const bytes = readFileSync(output)
    const [start, before, after, tail] = byteRangeOf(job.placeholder, bytes.length)
    const source = fileSource(output)
    expect(signaturesOf(openDocument(source))[0]?.byteRange).toEqual([start, before, after, tail])
    source.close()
    const expected = createHash('sha256').update(bytes.subarray(start, before)).update(bytes.subarray(after, after + tail)).digest('hex')
    expect(Buffer.from(digest).toString('hex')).toBe(expected)
    expect(after + tail).toBe(bytes.length)
  })

  it('refuses a signature that does not fit, and an original that has changed', () => {
    const folder = tempFolder()
    const job = prepare(writeTo(folder, 'in.pdf', makePdf()))
    const output = path.join(folder, 'out.pdf')
    writePrepared(job, output)
    expect(codeOf(() => embedContents(output, job.placeholder, new Uint8Array(16_385)))).toBe('signature-rejected')
    appendFileSync(job.input, ' ')
    expect(codeOf(() => writePrepared(job, output))).toBe('document-changed')
  })
})

describe('independent readers', () => {
  it.each(forms)('find the signature valid over the whole document: %s', (_, made) => {
    const folder = tempFolder()
    const file = (name: string) => path.join(folder, name)
    expect(run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=Test', '-keyout', file('key'), '-out', file('cert')]).status).toBe(0)
    let input = writeTo(folder, 'in.pdf', makePdf(made))
    for (const round of [1, 2]) {
      const job = prepare(input)
      const output = file(`out-${round}.pdf`)
      const digest = writePrepared(job, output)
      const { contentsStart, contentsEnd } = job.placeholder
      const prepared = readFileSync(output)
      writeFileSync(file('covered'), Buffer.concat([prepared.subarray(0, contentsStart), prepared.subarray(contentsEnd)]))
      expect(createHash('sha256').update(readFileSync(file('covered'))).digest()).toEqual(Buffer.from(digest))
      const cms = ['cms', '-sign', '-binary', '-md', 'sha256', '-outform', 'DER', '-signer', file('cert'), '-inkey', file('key'), '-in', file('covered'), '-out', file('cms')]
      expect(run('openssl', cms).status).toBe(0)
      embedContents(output, job.placeholder, readFileSync(file('cms')))
      const { text } = run('pdfsig', ['-nocert', output])
      expect(text.match(/Signature is Valid/g)?.length).toBe(round)
      expect(text.match(/Total document signed/g)?.length).toBe(1)
      expect(text).not.toMatch(/Invalid|Mismatch/)
      expect(qpdfCheck(output)).toMatchObject({ status: 0 })
      input = output
    }
  })
})

function codeOf(act: () => unknown): string | undefined {
  try {
    act()
  } catch (thrown) {
    return refusalOf(thrown).code
  }
  return undefined
}
