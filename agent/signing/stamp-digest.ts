import { readCertificate } from '../trust/certificate.ts'
import { requestTimeStamp } from '../trust/request-time-stamp.ts'
import type { AskServer } from '../trust/server-question.ts'
import { readTimeStampToken } from '../trust/time-stamp-token.ts'
import { askBetweenStages } from './ask-between-stages.ts'
import type { StampedDigest, StampJob } from './raise-document.ts'
import type { Stage } from './stage.ts'

/** A time stamp that belongs to no document, in the worker: what the authority answers is read nowhere else. */
export async function stampDigest({ sha256, timeStamp, roots, intermediates, patience }: StampJob, stage: Stage, askServer: AskServer): Promise<StampedDigest> {
  await stage.enter(0)
  const trust = { roots: roots.map(readCertificate), extraCertificates: intermediates }
  const token = await requestTimeStamp(askBetweenStages(askServer, stage, 0), timeStamp, sha256, trust, patience)
  return { token, at: readTimeStampToken(token).genTime }
}
