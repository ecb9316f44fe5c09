import { createHash, createPrivateKey, privateEncrypt, constants, sign } from 'node:crypto'
import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { usualScheme } from '../../agent/token/key-source.ts'
import { createDocumentWorkers } from '../../agent/signing/document-workers.ts'
import type { SignJob } from '../../agent/signing/sign-document.ts'
import { createAuthority } from '../../demo/authority/authority.ts'
import { makePdf } from './make-pdf.ts'
import { median, timeMs, type Row } from './measure.ts'

const mebibyte = 1024 * 1024
const chunkBytes = 256 * 1024

interface SoftwareKey {
  certificates: Uint8Array[]
  privateKeyPem: string
}

/**
 * Engine: spooled file → checked output file, warm. Floor, in the same run: one chunked pass read + SHA-256 + write and one
 * RSA-2048 software signature, no fsync.
 */
export async function benchEngine(folder: string): Promise<Row[]> {
  const authority = await createAuthority(path.join(folder, 'authority'))
  const credential = await authority.issue({ profile: 'leader', name: 'Nguyễn Văn Đo', organisation: 'Sở Đo lường' })
  const key: SoftwareKey = {
    certificates: [credential.certificateDer, ...credential.chainDer.slice(0, 1)],
    privateKeyPem: credential.privateKeyPem,
  }
  const small = await compare(folder, key, { name: '1 MB', sizeBytes: mebibyte, runs: 15, most: 5 })
  const large = await compare(folder, key, { name: '100 MB', sizeBytes: 99 * mebibyte, runs: 3, most: 2.5 })
  const slope = (large.engineMs - small.engineMs) / 98
  return [
    ...small.rows,
    ...large.rows,
    { name: 'engine, fixed cost', value: small.engineMs - slope, unit: 'ms' },
    { name: 'engine, slope per MB', value: slope, unit: 'ms' },
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
  const workers = createDocumentWorkers({ size: 1 })
  const job: SignJob = { input, output, certificates: key.certificates, algorithm: 'rsa', scheme: usualScheme, signedAt: new Date(), appearance: undefined }
  const work = async (): Promise<void> => {
    await workers.sign(job, (digest) => Promise.resolve(signDigest(key, digest)))
    await rm(output)
  }
  // In turn, so that a machine whose speed drifts treats both alike.
  const floors: number[] = []
  const engines: number[] = []
  await work()
  floor(input, output, key)
  for (let run = 0; run < runs; run++) {
    floors.push(await timeMs(() => floor(input, output, key)))
    engines.push(await timeMs(work))
  }
  await workers.close()
  await Promise.all([rm(input), rm(output, { force: true })])
  const engineMs = median(engines)
  const floorMs = median(floors)
  return {
    engineMs,
    rows: [
      { name: `floor, ${name}`, value: floorMs, unit: 'ms' },
      { name: `engine, ${name}`, value: engineMs, unit: 'ms' },
      { name: `engine ÷ floor, ${name}`, value: engineMs / floorMs, unit: '×', limit: { most } },
    ],
  }
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
