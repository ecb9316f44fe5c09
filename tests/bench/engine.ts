import { createHash, createPrivateKey, privateEncrypt, constants, sign } from 'node:crypto'
import { closeSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs'
import path from 'node:path'
import { usualScheme } from '../../agent/token/key-source.ts'
import { createDocumentWorkers } from '../../agent/signing/document-workers.ts'
import { prepareRevision } from '../../agent/signing/prepare-revision.ts'
import type { SignJob } from '../../agent/signing/sign-document.ts'
import { createAuthority } from '../../demo/authority/authority.ts'
import { makeManyObjects } from './many-objects.ts'
import { makePdf } from './make-pdf.ts'
import { timeMs, type Row } from './measure.ts'

const mebibyte = 1024 * 1024
const chunkBytes = 256 * 1024

interface SoftwareKey {
  certificates: Uint8Array[]
  privateKeyPem: string
}

/**
 * Engine: spooled file → checked output file, warm. Floor, in the same run: one chunked pass read + SHA-256 + write and one
 * RSA-2048 software signature, no fsync. Both in turn, the least of several runs: other work on the machine only adds.
 */
export async function benchEngine(folder: string): Promise<Row[]> {
  const authority = await createAuthority(path.join(folder, 'authority'))
  const credential = await authority.issue({ profile: 'leader', name: 'Nguyễn Văn Đo', organisation: 'Sở Đo lường' })
  const key: SoftwareKey = {
    certificates: [credential.certificateDer, ...credential.chainDer.slice(0, 1)],
    privateKeyPem: credential.privateKeyPem,
  }
  const small = await compare(folder, key, { name: '1 MB', sizeBytes: mebibyte, runs: 25, most: 4 })
  const large = await compare(folder, key, { name: '100 MB', sizeBytes: 99 * mebibyte, runs: 7, most: 2 })
  const slope = (large.engineMs - small.engineMs) / 98
  return [
    ...small.rows,
    ...large.rows,
    { name: 'engine, fixed cost', value: small.engineMs - slope, unit: 'ms' },
    { name: 'engine, slope per MB', value: slope, unit: 'ms' },
    ...(await benchManyObjects(folder, key)),
  ]
}

interface Case {
  name: string
  sizeBytes: number
  runs: number
  most: number
}

async function compare(folder: string, key: SoftwareKey, { name, sizeBytes, runs, most }: Case): Promise<{ rows: Row[]; engineMs: number }> {
  const input = path.join(folder, `input-${sizeBytes}.pdf`)
  makePdf(input, sizeBytes)
  const output = path.join(folder, `output-${sizeBytes}.pdf`)
  const grown = watchMemory()
  const workers = createDocumentWorkers({ size: 1 })
  const engine = (): Promise<unknown> => workers.sign(jobFor(key, input, output), (digest) => Promise.resolve(signDigest(key, digest)))
  /** To a file that is not there yet: freeing the blocks of an old one is nobody's work here. */
  const timeToNewFile = async (work: () => unknown): Promise<number> => {
    rmSync(output, { force: true })
    return timeMs(work)
  }
  // In turn, so that a machine whose speed drifts treats both alike; once each to warm up.
  const floors: number[] = []
  const engines: number[] = []
  for (let run = 0; run <= runs; run++) {
    floors.push(await timeToNewFile(() => floor(input, output, key)))
    engines.push(await timeToNewFile(engine))
  }
  const grownBytes = grown()
  await workers.close()
  for (const file of [input, output]) rmSync(file)
  const engineMs = Math.min(...engines)
  const floorMs = Math.min(...floors)
  return {
    engineMs,
    rows: [
      { name: `floor, ${name}`, value: floorMs, unit: 'ms' },
      { name: `engine, ${name}`, value: engineMs, unit: 'ms' },
      { name: `engine ÷ floor, ${name}`, value: engineMs / floorMs, unit: '×', limit: { most } },
      { name: `engine, ${name}: memory above idle`, value: grownBytes / mebibyte, unit: 'MB', limit: { most: 64 }, note: 'peak of the process, its worker thread and the floor included' },
    ],
  }
}

function jobFor(key: SoftwareKey, input: string, output: string): SignJob {
  return { input, output, certificates: key.certificates, algorithm: 'rsa', scheme: usualScheme, signedAt: new Date(), appearance: undefined }
}

/** @returns how far the process grew at most since then, in bytes */
function watchMemory(): () => number {
  const idleBytes = process.memoryUsage.rss()
  let peakBytes = idleBytes
  const look = (): void => void (peakBytes = Math.max(peakBytes, process.memoryUsage.rss()))
  const watch = setInterval(look, 2)
  return () => {
    look()
    clearInterval(watch)
    return peakBytes - idleBytes
  }
}

/** Reading, finding numbers that nobody refers to, and appending, as every signature begins; the worker's own part is measured above. */
async function benchManyObjects(folder: string, key: SoftwareKey): Promise<Row[]> {
  const rows: Row[] = []
  for (const form of ['table', 'streams'] as const) {
    const input = path.join(folder, `${form}.pdf`)
    makeManyObjects(input, 200_000, form)
    const times: number[] = []
    for (let run = 0; run < 9; run++) times.push(await timeMs(() => prepareRevision(jobFor(key, input, path.join(folder, 'output.pdf')))))
    rows.push({ name: `200,000 objects (${form}) → revision`, value: Math.min(...times), unit: 'ms', limit: { most: 250 } })
  }
  return rows
}

function floor(input: string, output: string, key: SoftwareKey): void {
  const source = openSync(input, 'r')
  const target = openSync(output, 'w')
  const hash = createHash('sha256')
  const chunk = Buffer.allocUnsafe(chunkBytes)
  const { size } = statSync(input)
  for (let offset = 0; offset < size; ) {
    const count = readSync(source, chunk, 0, chunkBytes, offset)
    hash.update(chunk.subarray(0, count))
    writeSync(target, chunk, 0, count)
    offset += count
  }
  closeSync(source)
  closeSync(target)
  sign('sha256', hash.digest(), key.privateKeyPem)
}

/** PKCS#1 v1.5 over the DigestInfo of a SHA-256 digest (RFC 8017, section 9.2), what a token does with CKM_RSA_PKCS. */
export function signDigest({ privateKeyPem }: { privateKeyPem: string }, digestSha256: Uint8Array): Uint8Array {
  const digestInfo = Buffer.concat([Buffer.from('3031300d060960864801650304020105000420', 'hex'), digestSha256])
  return privateEncrypt({ key: createPrivateKey(privateKeyPem), padding: constants.RSA_PKCS1_PADDING }, digestInfo)
}
