import { createHash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { chmod, copyFile, open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { refuse } from '../../shared/errors.ts'
import { fileSource } from '../pdf/byte-source.ts'
import { openDocument } from '../pdf/open-document.ts'
import { renamePatiently } from '../settings/rename-patiently.ts'
import { readCertificate } from '../trust/certificate.ts'
import { requestTimeStamp } from '../trust/request-time-stamp.ts'
import type { AskServer } from '../trust/server-question.ts'
import { readTimeStampToken } from '../trust/time-stamp-token.ts'
import { checkRaisedWork } from '../verify/check-raised-work.ts'
import type { SignatureReport } from '../verify/report.ts'
import { verifyDocument } from '../verify/verify-document.ts'
import { appendEvidence } from './add-evidence.ts'
import { appendTimeStamp, stampSignature } from './add-time-stamp.ts'
import type { GetTimeStamp } from './add-time-stamp.ts'
import { askBetweenStages } from './ask-between-stages.ts'
import type { RaisedDocument, RaiseJob } from './raise-document.ts'
import { refuseFileError } from './refuse-file-error.ts'
import type { Stage } from './stage.ts'

export interface RaiseOutside {
  askServer: AskServer
  /** Told the time that the first stamp states. */
  onStamped: (at: Date) => void
}

/** stamp → evidence → archive → check, in the worker. Nothing bears the name `job.output` before it is checked. */
export async function raiseFile(job: RaiseJob, stage: Stage, { askServer, onStamped }: RaiseOutside): Promise<RaisedDocument> {
  const part = `${job.output}.part`
  try {
    const { size } = await stat(job.input)
    const ask = askBetweenStages(askServer, stage, size)
    await stage.enter(size)
    const isProven = judgeBefore(await signaturesIn(job))
    await copyFile(job.input, part, constants.COPYFILE_FICLONE)
    await chmod(part, 0o600)
    const getTimeStamp = stamper(job, ask)
    const getFirstStamp = told(getTimeStamp, onStamped)
    if (job.stamp === 'into-signature') await stampSignature(part, getFirstStamp)
    else if (!isProven) await appendTimeStamp(part, getFirstStamp)
    if (job.level !== 'B-T') await appendEvidence(part, job, ask)
    if (job.level === 'B-LTA') await appendTimeStamp(part, getTimeStamp)
    return await checkAndName(job, part)
  } catch (error) {
    await rm(part, { force: true })
    refuseFileError(error, job.output)
  }
}

function stamper({ timeStamp, roots, intermediates, patience }: RaiseJob, ask: AskServer): GetTimeStamp {
  const trust = { roots: roots.map(readCertificate), extraCertificates: intermediates }
  return (imprintSha256) => requestTimeStamp(ask, timeStamp, imprintSha256, trust, patience)
}

function told(getTimeStamp: GetTimeStamp, onStamped: (at: Date) => void): GetTimeStamp {
  return async (imprintSha256) => {
    const token = await getTimeStamp(imprintSha256)
    onStamped(readTimeStampToken(token).genTime)
    return token
  }
}

async function signaturesIn({ input, roots, intermediates }: RaiseJob): Promise<readonly SignatureReport[]> {
  const source = fileSource(input)
  try {
    return (await verifyDocument(openDocument(source), { roots, extraCertificates: intermediates })).signatures
  } finally {
    source.close()
  }
}

/** @returns whether trusted time stamps prove a time for every signature already */
function judgeBefore(signatures: readonly SignatureReport[]): boolean {
  if (signatures.length === 0) refuse('document-not-signed')
  if (signatures.at(-1)?.indication === 'TOTAL-FAILED') refuse('document-signature-broken')
  return signatures.every(({ kind, existedAt }) => kind === 'document-timestamp' || existedAt !== undefined)
}

async function checkAndName(job: RaiseJob, part: string): Promise<RaisedDocument> {
  const [original, raised] = [fileSource(job.input), fileSource(part)]
  try {
    const { level, stamp, roots, intermediates } = job
    await checkRaisedWork({ original, raised, level, intoSignature: stamp === 'into-signature', roots, extraCertificates: intermediates })
  } finally {
    original.close()
    raised.close()
  }
  const sha256 = createHash('sha256')
  await pipeline(createReadStream(part), sha256)
  const { size: sizeBytes } = await stat(part)
  await makeDurable(part)
  await renamePatiently(part, job.output)
  await makeDurable(dirname(job.output))
  return { sizeBytes, sha256: sha256.digest('hex') }
}

async function makeDurable(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
