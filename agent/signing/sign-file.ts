import { createHash, type Hash } from 'node:crypto'
import { closeSync, fsync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { refuse } from '../../shared/errors.ts'
import { fileSource } from '../pdf/byte-source.ts'
import { digestWhole, embedContents, writePrepared } from '../pdf/fill-signature.ts'
import { renamePatientlySync } from '../settings/rename-patiently.ts'
import { checkOwnWork, type OwnWork } from '../verify/check-own-work.ts'
import { containersFor, type AskKey } from './build-container.ts'
import { fillSmallFile, isForSignPdf, type ContainerMaker } from './fill-small-file.ts'
import { prepareRevision, type PreparedRevision } from './prepare-revision.ts'
import { refuseFileError } from './refuse-file-error.ts'
import type { SignedDocument, SignJob } from './sign-document.ts'
import type { Stage } from './stage.ts'

// Above, @signpdf's copies of the file cost more than all the rest: 5 ms of 14 at 1 MB, where streaming takes 1 ms.
const smallUpToBytes = 256 * 1024
const flush = promisify(fsync)

/** prepare → digest → key → embed → check, in the worker. Nothing bears the name `job.output` before it is checked. */
export async function signFile(job: SignJob, stage: Stage, askKey: AskKey): Promise<SignedDocument> {
  const part = `${job.output}.part`
  try {
    const { size } = statSync(job.input)
    await stage.enter(size)
    const prepared = await prepareRevision(job)
    const containers = containersFor(job, size, stage, askKey)
    const { sha256, originalSha256 } = await fill(prepared, { sizeBytes: size, part, containers, agreedSha256: job.inputSha256 })
    await checkAndName(job, part, { fieldName: prepared.fieldName, originalSha256 })
    return { sizeBytes: size + prepared.revision.bytes.length, sha256, fieldName: prepared.fieldName }
  } catch (error) {
    await rm(part, { force: true })
    refuseFileError(error, job.output)
  }
}

interface Filling {
  part: string
  containers: ContainerMaker
  /** SHA-256 that the original must have, hexadecimal. */
  agreedSha256: string | undefined
}

interface Filled {
  /** Of the signed file, hexadecimal. */
  sha256: string
  /** Of the original, as it was read for this. */
  originalSha256: Uint8Array
}

/** Both ways write the same bytes. */
async function fill(prepared: PreparedRevision, { sizeBytes, ...filling }: Filling & { sizeBytes: number }): Promise<Filled> {
  if (sizeBytes <= smallUpToBytes) {
    const original = readFileSync(prepared.input)
    if (isForSignPdf(original)) {
      const originalSha256 = createHash('sha256').update(original).digest()
      mustBe(filling.agreedSha256, originalSha256)
      const signed = await fillSmallFile(original, prepared.revision, filling.containers)
      rmSync(filling.part, { force: true })
      writeFileSync(filling.part, signed, { mode: 0o600, flag: 'wx' })
      return { sha256: createHash('sha256').update(signed).digest('hex'), originalSha256 }
    }
  }
  return fillStreaming(prepared, filling)
}

export async function fillStreaming(prepared: PreparedRevision, { part, containers, agreedSha256 }: Filling): Promise<Filled> {
  const { promise: beforeContents, resolve } = Promise.withResolvers<Hash>()
  let originalSha256: Uint8Array = new Uint8Array(0)
  const afterOriginal = (digest: Hash) => {
    originalSha256 = digest.digest()
    mustBe(agreedSha256, originalSha256)
  }
  const container = await containers.make(writePrepared(prepared, part, { digest: containers.digest, afterOriginal, atContents: resolve }))
  embedContents(part, prepared.placeholder, container)
  return { sha256: Buffer.from(digestWhole(await beforeContents, prepared, container)).toString('hex'), originalSha256 }
}

function mustBe(agreedSha256: string | undefined, originalSha256: Uint8Array): void {
  if (agreedSha256 !== undefined && Buffer.from(originalSha256).toString('hex') !== agreedSha256) refuse('document-changed')
}

type Made = Pick<OwnWork, 'fieldName' | 'originalSha256'>

/** Checks what is on the disk, while the disk makes it durable. */
async function checkAndName(job: SignJob, part: string, made: Made): Promise<void> {
  const durable = makeDurable(part)
  try {
    checkFile(job, part, made)
  } finally {
    await durable
  }
  renamePatientlySync(part, job.output)
  await makeDurable(dirname(job.output))
}

function checkFile({ input, certificates: [certificate = new Uint8Array()], stamps = [] }: SignJob, part: string, made: Made): void {
  const original = fileSource(input)
  const signed = fileSource(part)
  try {
    checkOwnWork({ original, signed, ...made, certificate, stamped: stamps.length > 0 })
  } finally {
    original.close()
    signed.close()
  }
}

async function makeDurable(path: string): Promise<void> {
  const descriptor = openSync(path, 'r')
  try {
    await flush(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
