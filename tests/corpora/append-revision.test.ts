import { execFile } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readdirSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { fileSource } from '../../agent/pdf/byte-source.ts'
import type { ByteSource } from '../../agent/pdf/byte-source.ts'
import { embedContents, writePrepared } from '../../agent/pdf/fill-signature.ts'
import { openDocument } from '../../agent/pdf/open-document.ts'
import { startRevision } from '../../agent/pdf/revision.ts'
import { addSignatureField } from '../../agent/pdf/signature-field.ts'
import { signaturesOf } from '../../agent/pdf/signatures.ts'
import { refusalOf } from '../../shared/errors.ts'
import { corpusFolder } from './corpora-folder.ts'

/** Refused on purpose: they do not count against the reader. */
const documented = new Set(['document-encrypted', 'document-certified'])
const qpdfAtOnce = 2

const realFolder = corpusFolder('pdf')
const hostileFolder = corpusFolder('hostile-pdf')

describe.skipIf(realFolder === undefined)('real files', () => {
  it('get a revision that others read as well as before', async () => {
    const folder = realFolder ?? ''
    const outputs = mkdtempSync(path.join(tmpdir(), 'antin-corpus-'))
    const results: Result[] = []
    try {
      const names = pdfsIn(folder)
      const takers = Array.from({ length: qpdfAtOnce }, async (_, lane) => {
        for (let name = names.shift(); name !== undefined; name = names.shift()) {
          results.push({ name, ...(await tryFile(path.join(folder, name), path.join(outputs, `${lane}.pdf`))) })
        }
      })
      await Promise.all(takers)
    } finally {
      rmSync(outputs, { recursive: true, force: true })
    }
    const openable = results.filter(({ outcome }) => outcome !== 'not openable' && !documented.has(outcome))
    const failed = openable.filter(({ outcome }) => outcome !== 'appended')
    report(results, failed)
    expect(results.length).toBeGreaterThan(600)
    expect(failed.filter(({ outcome }) => outcome.startsWith('worse'))).toEqual([])
    expect((openable.length - failed.length) / openable.length).toBeGreaterThanOrEqual(0.98)
  })
})

describe.skipIf(hostileFolder === undefined)('hostile files', () => {
  const folder = hostileFolder ?? ''
  it.each(hostileFolder === undefined ? [] : pdfsIn(folder))('%s ends in a result or a refusal, in time and in its memory', async (name) => {
    const { outcome, grownBytes } = await readInWorker(path.join(folder, name))
    process.stdout.write(`hostile: ${name}: ${outcome}, +${Math.round(grownBytes / 2 ** 20)} MiB\n`)
    expect(outcome).toMatch(/^(appended|document-(not-pdf|encrypted|unreadable [a-z-]+))$/)
    expect(grownBytes).toBeLessThanOrEqual(256 * 2 ** 20)
  })
})

interface Result {
  name: string
  /** `appended`, `not openable` by qpdf, a refusal's code, or `worse: …`. */
  outcome: string
}

async function tryFile(input: string, output: string): Promise<Omit<Result, 'name'>> {
  const before = await qpdfStatus(input)
  if (before === 2) return { outcome: 'not openable' }
  const source = fileSource(input)
  try {
    return { outcome: (await appendTo(input, source, output, before)) ?? 'appended' }
  } catch (thrown) {
    const { code } = refusalOf(thrown)
    return { outcome: code === 'unexpected' ? `worse: ${String(thrown)}` : code }
  } finally {
    source.close()
  }
}

/** Adds a filled field and reads the file again; says what became worse. */
async function appendTo(input: string, source: ByteSource, output: string, before: number): Promise<string | undefined> {
  const document = openDocument(source)
  const revision = startRevision(document)
  const pageIndex = document.pageCount - 1
  const added = addSignatureField(document, revision, { subFilter: 'ETSI.CAdES.detached', contentsBytes: 16_384, m: new Date(), pageIndex })
  const finished = revision.finish()
  const placeholder = added.placeholderIn(finished)
  const earlier = signaturesOf(document).length
  writePrepared({ input, revision: finished, placeholder }, output)
  embedContents(output, placeholder, new Uint8Array([0x30, 0x03, 0x02, 0x01, 0x00]))

  if (!startsWith(output, input)) return 'worse: the original is not its beginning'
  const after = await qpdfStatus(output)
  if (after !== 0 && after !== before) return `worse: qpdf says ${after}, before ${before}`
  const reopened = fileSource(output)
  try {
    const again = openDocument(reopened)
    const signatures = signaturesOf(again)
    if (again.repaired) return 'worse: it still needs a repair'
    if (again.pageCount !== document.pageCount) return `worse: ${again.pageCount} pages, before ${document.pageCount}`
    if (signatures.length !== earlier + 1) return `worse: ${signatures.length} signatures, before ${earlier}`
    if (signatures.at(-1)?.fieldName !== added.fieldName) return 'worse: the new field is not the last'
  } finally {
    reopened.close()
  }
  return undefined
}

function startsWith(file: string, beginning: string): boolean {
  const [one, other] = [openSync(file, 'r'), openSync(beginning, 'r')]
  try {
    const [mine, theirs] = [Buffer.alloc(2 ** 20), Buffer.alloc(2 ** 20)]
    for (let offset = 0; ;) {
      const count = readSync(other, theirs, 0, theirs.length, offset)
      if (count === 0) return offset > 0
      readSync(one, mine, 0, count, offset)
      if (!mine.subarray(0, count).equals(theirs.subarray(0, count))) return false
      offset += count
    }
  } finally {
    closeSync(one)
    closeSync(other)
  }
}

/** 0 clean, 3 warnings, 2 errors: damaged or with a password. */
function qpdfStatus(file: string): Promise<number> {
  return new Promise((resolve, reject) => {
    execFile('qpdf', ['--check', file], { timeout: 30_000, maxBuffer: 2 ** 26 }, (problem) => {
      if (problem === null) resolve(0)
      else if (typeof problem.code === 'number') resolve(problem.code)
      else reject(new Error('qpdf gave no verdict', { cause: problem }))
    })
  })
}

function report(results: Result[], failed: Result[]): void {
  const counts: Record<string, number> = {}
  for (const { outcome } of results) counts[outcome] = (counts[outcome] ?? 0) + 1
  process.stdout.write(`append-revision: ${JSON.stringify(counts)}\n`)
  for (const { name, outcome } of failed) process.stdout.write(`append-revision: ${outcome}: ${name}\n`)
}

/** The limits are those of the agent: 3 s, and 256 MiB more than before. */
function readInWorker(file: string): Promise<{ outcome: string; grownBytes: number }> {
  return new Promise((resolve, reject) => {
    const before = process.memoryUsage.rss()
    let peak = before
    const worker = new Worker(new URL('../agent/pdf/read-hostile.ts', import.meta.url), { workerData: file })
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 10)
    const deadline = setTimeout(() => end('no result after 3 s'), 3_000)
    const end = (outcome: string) => {
      clearInterval(watch)
      clearTimeout(deadline)
      peak = Math.max(peak, process.memoryUsage.rss())
      void worker.terminate().then(() => resolve({ outcome, grownBytes: peak - before }))
    }
    worker.once('message', end)
    worker.once('error', reject)
  })
}

function pdfsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.pdf'))
    .sort()
}
