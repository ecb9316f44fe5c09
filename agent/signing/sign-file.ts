import { createHash, type Hash } from 'node:crypto'
import { closeSync, fsync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { refuse } from '../../shared/errors.ts'
import { fileSource } from '../pdf/byte-source.ts'
import { digestWhole, embedContents, writePrepared } from '../pdf/fill-signature.ts'
import { checkOwnWork } from '../verify/check-own-work.ts'
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
    const { size } = await stat(job.input)
    await stage.enter(size)
    const prepared = await prepareRevision(job)
    const containers = containersFor(job, size, stage, askKey)
    const sha256 = await fill(prepared, { sizeBytes: size, part, containers, agreedSha256: job.inputSha256 })
    await checkAndName(job, part, prepared.fieldName)
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

/** Both ways write the same bytes. @returns SHA-256 of the signed file, hexadecimal */
async function fill(prepared: PreparedRevision, { sizeBytes, ...filling }: Filling & { sizeBytes: number }): Promise<string> {
  if (sizeBytes <= smallUpToBytes) {
    const original = readFileSync(prepared.input)
    if (isForSignPdf(original)) {
      mustBe(filling.agreedSha256, createHash('sha256').update(original))
      const signed = await fillSmallFile(original, prepared.revision, filling.containers)
      rmSync(filling.part, { force: true })
      writeFileSync(filling.part, signed, { mode: 0o600, flag: 'wx' })
      return createHash('sha256').update(signed).digest('hex')
    }
  }
  return fillStreaming(prepared, filling)
}

export async function fillStreaming(prepared: PreparedRevision, { part, containers, agreedSha256 }: Filling): Promise<string> {
  const { promise: beforeContents, resolve } = Promise.withResolvers<Hash>()
  const points = { afterOriginal: (digest: Hash) => mustBe(agreedSha256, digest), atContents: resolve }
  const container = await containers.make(writePrepared(prepared, part, { digest: containers.digest, ...points }))
  embedContents(part, prepared.placeholder, container)
  return Buffer.from(digestWhole(await beforeContents, prepared, container)).toString('hex')
}

function mustBe(agreedSha256: string | undefined, original: Hash): void {
  if (agreedSha256 !== undefined && original.digest('hex') !== agreedSha256) refuse('document-changed')
}

/** Checks what is on the disk, while the disk makes it durable. */
async function checkAndName(job: SignJob, part: string, fieldName: string): Promise<void> {
  const durable = makeDurable(part)
  try {
    checkFile(job, part, fieldName)
  } finally {
    await durable
  }
  await rename(part, job.output)
  await makeDurable(dirname(job.output))
}

function checkFile({ input, certificates: [certificate = new Uint8Array()], stamps = [] }: SignJob, part: string, fieldName: string): void {
  const original = fileSource(input)
  const signed = fileSource(part)
  try {
    checkOwnWork({ original, signed, fieldName, certificate, stamped: stamps.length > 0 })
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
