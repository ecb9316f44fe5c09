import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { memorySource } from '../../agent/pdf/byte-source.ts'
import { openDocument } from '../../agent/pdf/open-document.ts'
import type { VerificationReport } from '../../agent/verify/report.ts'
import { verifyDocument } from '../../agent/verify/verify-document.ts'
import { corpusFolder } from './corpora-folder.ts'

const folder = corpusFolder('pdf')
const files = folder === undefined ? [] : readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.pdf'))
const counts = { files: 0, signed: 0, signatures: 0, intact: 0, agreeWithPdfsig: 0, stricter: 0 }

/** Ways to leave bytes uncovered, as pyHanko collected them. */
const anomalies = ['signature-gap-too-big', 'one-byterange', 'tail-uncovered', 'weird-byterange']

/** Containers that are sound CMS and no CAdES: with the content inside, or without signed attributes. */
const stricterThanPdfsig = /pdf-sig-with-econtent|sig-no-signed-attrs|coverage-anomalies/
/** A signer by key identifier, and a container of 33 kB in an encrypted file: poppler 22.12 reads neither. */
const pdfsigCannot = /sig-with-ski-sid|encryption_issue17069/

describe.skipIf(folder === undefined)('signed documents that others made', () => {
  afterAll(() => process.stdout.write(`signed-pdf: ${JSON.stringify(counts)}\n`))

  it('never makes the verifier throw, and every verdict agrees with pdfsig or is stricter', async () => {
    for (const name of files) {
      counts.files++
      const path = join(folder ?? '', name)
      const report = await verified(path)
      if (report === undefined || report.signatures.length === 0) continue
      counts.signed++
      const theirs = pdfsigVerdicts(path)
      const signatures = report.signatures.filter(({ kind }) => kind !== 'document-timestamp')
      const ours = signatures.map(({ intact, coverage }) => (intact ? coverage : 'failed')).toSorted()
      counts.signatures += ours.length
      counts.intact += ours.filter((verdict) => verdict !== 'failed').length
      // No root is given: nothing may be called trusted.
      expect(report.indication).not.toBe('TOTAL-PASSED')
      if (stricterThanPdfsig.test(name)) counts.stricter++
      else if (!pdfsigCannot.test(name)) {
        expect({ name, ours }).toEqual({ name, ours: theirs })
        counts.agreeWithPdfsig++
      }
    }
    expect(counts.signed).toBeGreaterThan(30)
  })

  it.each(anomalies)('never takes %s for a signature over a document', async (anomaly) => {
    const name = files.find((file) => file.includes(anomaly))
    const report = await verified(join(folder ?? '', name ?? ''))
    expect(report?.indication).toBe('TOTAL-FAILED')
    expect(report?.signatures[0]).toMatchObject({ intact: false, coverage: 'broken', coveredToBytes: 0 })
  })

  it.each(['stream-sneaky', 'stream-ap-indirect-sneaky'])('finds what %s did after signing', async (sneaky) => {
    const name = files.find((file) => file.includes(`form-update-override-appearance-${sneaky}.pdf`))
    const report = await verified(join(folder ?? '', name ?? ''))
    expect(report?.signatures[0]).toMatchObject({ laterChanges: 'other' })
    expect(report?.signatures[0]?.findings).toContain('changed-after')
  })
})

async function verified(path: string): Promise<VerificationReport | undefined> {
  try {
    return await verifyDocument(openDocument(memorySource(readFileSync(path))), { roots: [] })
  } catch (thrown) {
    expect(thrown).toMatchObject({ name: 'RefusalError' })
    return undefined
  }
}

function pdfsigVerdicts(path: string): string[] {
  const output = textOf(path)
  return output
    .split(/^Signature #/m)
    .slice(1)
    .filter((part) => !part.includes('Timestamp-'))
    .map((part) => {
      if (!part.includes('Signature is Valid.')) return 'failed'
      return part.includes('- Total document signed') ? 'whole-file' : 'revision'
    })
    .toSorted()
}

/** It exits with a failure where it does not know the root, whatever it says of the signature. */
function textOf(path: string): string {
  try {
    return execFileSync('pdfsig', ['-nocert', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch (thrown) {
    return (thrown as { stdout: string }).stdout
  }
}
