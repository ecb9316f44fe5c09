import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, rmSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as nextTurn } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createDocumentWorkers, type DocumentWorkersOptions } from '../../../agent/signing/document-workers.ts'
import type { DocumentWorkers } from '../../../agent/signing/sign-document.ts'
import { refusalOf, type Refusal } from '../../../shared/errors.ts'
import { limits } from '../../../shared/protocol/limits.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { makePdf, qpdfCheck, run, writeTo } from '../pdf/made-pdf.ts'
import { opensslVerifies, pdfsig } from './judges.ts'
import { enlarge, writeDecision } from './sample-pdf.ts'
import { holder, makeSigner, type Signer } from './signer.ts'

let folder: string
let decision: string
let signer: Signer
let workers: DocumentWorkers

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'antin-workers-'))
  decision = join(folder, 'decision.pdf')
  await writeDecision(decision, 2)
  signer = await makeSigner(join(folder, 'authority'))
  workers = createDocumentWorkers()
})
afterAll(async () => {
  await workers.close()
  rmSync(folder, { recursive: true })
})

function ownWorkers(options: DocumentWorkersOptions): DocumentWorkers {
  const own = createDocumentWorkers(options)
  onTestFinished(() => own.close())
  return own
}

/** A PDF whose image is so large that it is streamed. */
function largePdf(into: string, sizeBytes: number): string {
  const image = 'x'.repeat(sizeBytes)
  const objects = {
    1: '<< /Type /Catalog /Pages 2 0 R >>',
    2: '<< /Type /Pages /Count 1 /Kids [3 0 R] /MediaBox [0 0 595 842] >>',
    3: '<< /Type /Page /Parent 2 0 R >>',
    4: `<< /Length ${sizeBytes} >>\nstream\n${image}\nendstream`,
  }
  return writeTo(into, 'large.pdf', makePdf({ objects }))
}

async function refusalFrom(promise: Promise<unknown>): Promise<Refusal> {
  return promise.then(
    () => expect.fail('this should have been refused'),
    (error: unknown) => refusalOf(error),
  )
}

test('of a large document page 1 is read too, without the whole being taken into memory', async () => {
  const path = join(folder, 'large-decision.pdf')
  await writeDecision(path, 1, { mark: 'TỐI MẬT' })
  enlarge(path, limits.documentBytes - 1_000_000)
  // Reading text may take half of it, which is less than the file.
  expect(await ownWorkers({ growthBytes: 160 * 1024 * 1024 }).inspect(path)).toMatchObject({ number: '2061/QĐ-UBND', secrecy: 'top-secret', warnings: [] })
})

describe('a signed file', () => {
  test('is valid for others, keeps the original as its beginning, and is what was told', async () => {
    const output = join(tempFolder(), 'signed.pdf')
    const signed = await workers.sign(signer.job(decision, output, { appearance: { lines: [`Người ký: ${holder}`] }, reason: 'Duyệt' }), signer.askKey)
    const bytes = readFileSync(output)
    expect(pdfsig(output)).toEqual([{ valid: true, wholeFile: true }])
    expect(opensslVerifies(output, tempFolder(), signer.rootPem)).toBe(true)
    expect(qpdfCheck(output).status).toBe(qpdfCheck(decision).status)
    expect(bytes.subarray(0, readFileSync(decision).length).equals(readFileSync(decision))).toBe(true)
    expect(signed).toEqual({ sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), fieldName: 'Signature1' })
    expect(existsSync(`${output}.part`)).toBe(false)
  })

  test('of more than 1 MiB is streamed and valid all the same', async () => {
    const output = join(tempFolder(), 'signed.pdf')
    const signed = await workers.sign(signer.job(largePdf(tempFolder(), 3_000_000), output), signer.askKey)
    expect(pdfsig(output)).toEqual([{ valid: true, wholeFile: true }])
    expect(signed.sha256).toBe(createHash('sha256').update(readFileSync(output)).digest('hex'))
  })

  test('by an elliptic curve key is valid', async () => {
    const other = await makeSigner(tempFolder(), 'p-256')
    const output = join(tempFolder(), 'signed.pdf')
    await workers.sign(other.job(decision, output), other.askKey)
    expect(pdfsig(output)).toEqual([{ valid: true, wholeFile: true }])
    expect(opensslVerifies(output, tempFolder(), other.rootPem)).toBe(true)
  })

  test('keeps its first signature valid when it is signed again', async () => {
    const own = tempFolder()
    const [once, twice] = [join(own, 'once.pdf'), join(own, 'twice.pdf')]
    await workers.sign(signer.job(decision, once), signer.askKey)
    await workers.sign(signer.job(once, twice, { appearance: { lines: ['Văn thư'], page: 1 } }), signer.askKey)
    expect(pdfsig(twice)).toEqual([
      { valid: true, wholeFile: false },
      { valid: true, wholeFile: true },
    ])
    const { signatures } = await workers.inspect(twice)
    const expected = { holder, signedAt: '2026-05-13T07:41:57.000Z', valid: true }
    expect(signatures).toEqual([expected, expected])
  })

  test('is made of a file that misuses the word /ByteRange', async () => {
    const own = tempFolder()
    const trap = writeTo(own, 'trap.pdf', makePdf({ trailer: '/Trap (/ByteRange no array) /More (/ByteRange [0 /********** /********** /**********])' }))
    await workers.sign(signer.job(trap, join(own, 'signed.pdf')), signer.askKey)
    expect(pdfsig(join(own, 'signed.pdf'))).toEqual([{ valid: true, wholeFile: true }])
  })
})

describe('a document is inspected', () => {
  test('pages, number and subject', async () => {
    expect(await workers.inspect(decision)).toEqual({
      pages: 2,
      number: '2061/QĐ-UBND',
      subject: 'Về việc ban hành Quy chế phối hợp quản lý cán bộ, công chức trên địa bàn tỉnh',
      title: '',
      pageSizes: [{ from: 1, width: 595.28, height: 841.89 }],
      signatures: [],
      warnings: [],
    })
  })

  test('what a clerk should know is a warning', async () => {
    const objects = {
      1: '<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (1) >> >>',
      2: '<< /Type /Pages /Count 1 /Kids [3 0 R] /MediaBox [0 0 595 842] >>',
      3: '<< /Type /Page /Parent 2 0 R >>',
      4: '<< /Title <FEFF00541EDD00200074007200EC006E0068> >>',
    }
    const path = writeTo(tempFolder(), 'script.pdf', makePdf({ objects, trailer: '/Info 4 0 R' }))
    expect(await workers.inspect(path)).toMatchObject({ title: 'Tờ trình', warnings: ['javascript', 'no-text'] })
  })

  test.each([
    ['document-not-pdf', () => Buffer.from('PK\u0003\u0004 a text document')],
    ['document-unreadable', () => Buffer.from('%PDF-1.7\nnothing\n%%EOF\n')],
  ])('%s', async (code, content) => {
    const path = writeTo(tempFolder(), 'in.pdf', content())
    expect((await refusalFrom(workers.inspect(path))).code).toBe(code)
  })

  test('document-encrypted', async () => {
    const path = join(tempFolder(), 'locked.pdf')
    run('qpdf', ['--encrypt', 'user', 'owner', '256', '--', decision, path])
    expect(await refusalFrom(workers.inspect(path))).toEqual({ code: 'document-encrypted', facts: {} })
  })

  test('document-signature-broken, when the newest signature does not hold', async () => {
    const path = join(tempFolder(), 'signed.pdf')
    await workers.sign(signer.job(decision, path), signer.askKey)
    const bytes = readFileSync(path)
    bytes.write('Z', bytes.indexOf('/Producer') + 11)
    writeFileSync(path, bytes)
    expect(await refusalFrom(workers.inspect(path))).toEqual({ code: 'document-signature-broken', facts: {} })
  })

  test('document-certified, when the first signer allowed no change', async () => {
    const objects = {
      1: '<< /Type /Catalog /Pages 2 0 R /Perms << /DocMDP 4 0 R >> /AcroForm << /SigFlags 3 /Fields [5 0 R] >> >>',
      2: '<< /Type /Pages /Count 1 /Kids [3 0 R] /MediaBox [0 0 595 842] >>',
      3: '<< /Type /Page /Parent 2 0 R >>',
      4: '<< /Type /Sig /Reference [<< /TransformMethod /DocMDP /TransformParams << /P 1 >> >>] >>',
      5: '<< /FT /Sig /T (A) /V 4 0 R >>',
    }
    const path = writeTo(tempFolder(), 'certified.pdf', makePdf({ objects }))
    expect(await refusalFrom(workers.inspect(path))).toEqual({ code: 'document-certified', facts: {} })
  })
})

describe('what goes wrong', () => {
  test('in the key is told as it is, and leaves nothing behind', async () => {
    const output = join(tempFolder(), 'signed.pdf')
    const failure = new Error('the token was pulled')
    await expect(workers.sign(signer.job(decision, output), () => Promise.reject(failure))).rejects.toBe(failure)
    await workers.sign(signer.job(decision, output), signer.askKey)
    expect(existsSync(`${output}.part`)).toBe(false)
  })

  test('a signature of another key never becomes a file', async () => {
    const output = join(tempFolder(), 'signed.pdf')
    const other = await makeSigner(tempFolder())
    expect((await refusalFrom(workers.sign(signer.job(decision, output), other.askKey))).code).toBe('signature-rejected')
    expect(existsSync(output) || existsSync(`${output}.part`)).toBe(false)
  })

  test('a folder that is not there is named', async () => {
    const missing = join(tempFolder(), 'missing')
    const refused = await refusalFrom(workers.sign(signer.job(decision, join(missing, 'signed.pdf')), signer.askKey))
    expect(refused).toEqual({ code: 'folder-unwritable', facts: { folder: missing } })
  })

  test('a picture that is none is named', async () => {
    const job = signer.job(decision, join(tempFolder(), 'signed.pdf'), { appearance: { lines: [], image: decision } })
    expect(await refusalFrom(workers.sign(job, signer.askKey))).toEqual({ code: 'image-unreadable', facts: { file: 'decision.pdf' } })
  })

  test('a document that takes too long ends its worker, and the others are prepared once more', async () => {
    const own = tempFolder()
    const endless = join(own, 'endless.pdf')
    run('mkfifo', [endless])
    const impatient = ownWorkers({ size: 1, stageDeadlineMs: 200 })
    const endlessDone = Promise.withResolvers<undefined>()
    const prepared = Promise.withResolvers<undefined>()
    let asked = 0
    const ask = async (digest: Uint8Array): Promise<Uint8Array> => {
      asked++
      await endlessDone.promise
      return signer.askKey(digest)
    }
    const good = impatient.sign(signer.job(decision, join(own, 'signed.pdf')), ask, () => prepared.resolve(undefined))
    await prepared.promise
    const refused = await refusalFrom(impatient.sign(signer.job(endless, join(own, 'endless-signed.pdf')), signer.askKey))
    closeSync(openSync(endless, 'r+'))
    endlessDone.resolve(undefined)
    await good
    expect(refused).toEqual({ code: 'document-unreadable', facts: { reason: 'timeout' } })
    expect(asked).toBe(2)
    expect(pdfsig(join(own, 'signed.pdf'))).toEqual([{ valid: true, wholeFile: true }])
  })

  test('a document meanwhile the process grows too much ends its worker', async () => {
    const endless = join(tempFolder(), 'endless.pdf')
    run('mkfifo', [endless])
    const small = ownWorkers({ stageDeadlineMs: 60_000, growthBytes: 64 * 1024 * 1024 })
    const refused = refusalFrom(small.inspect(endless))
    let isOver = false
    void refused.finally(() => (isOver = true))
    const ballast: Uint8Array[] = []
    while (!isOver) {
      if (ballast.length < 64) ballast.push(new Uint8Array(4 * 1024 * 1024).fill(1))
      await nextTurn(10)
    }
    closeSync(openSync(endless, 'r+'))
    expect(await refused).toEqual({ code: 'document-unreadable', facts: { reason: 'memory' } })
  })

  test('closing refuses what is under way', async () => {
    const own = ownWorkers({})
    const waiting = refusalFrom(own.sign(signer.job(decision, join(tempFolder(), 'signed.pdf')), () => new Promise(() => undefined)))
    await own.close()
    expect(await waiting).toEqual({ code: 'cancelled', facts: {} })
    expect(await refusalFrom(own.inspect(decision))).toEqual({ code: 'cancelled', facts: {} })
  })
})

test('several documents are prepared before the key has answered once', async () => {
  const own = tempFolder()
  const gate = Promise.withResolvers<undefined>()
  const prepared: number[] = []
  const under = [1, 2, 3].map((number) => {
    const ask = async (digest: Uint8Array): Promise<Uint8Array> => {
      if (prepared.length === 3) gate.resolve(undefined)
      await gate.promise
      return signer.askKey(digest)
    }
    return workers.sign(signer.job(decision, join(own, `${number}.pdf`)), ask, () => prepared.push(number))
  })
  await Promise.all(under)
  expect(prepared.toSorted()).toEqual([1, 2, 3])
})

test('a worker that had nothing to do is ended, and the next document gets a new one', async () => {
  const own = ownWorkers({ idleMs: 1 })
  const ended: Promise<unknown>[] = []
  const note = (worker: Worker): void => void ended.push(once(worker, 'exit'))
  process.on('worker', note)
  onTestFinished(() => void process.off('worker', note))
  await own.inspect(decision)
  await Promise.all(ended)
  expect((await own.inspect(decision)).pages).toBe(2)
  expect(ended.length).toBeGreaterThan(1)
})
