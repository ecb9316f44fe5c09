import { rm } from 'node:fs/promises'
import type { SignedDocument, SignJob } from '../sign-document.ts'
import type { ActStep } from './act.ts'

/** `more`: further signatures of the same document follow. */
type SignOne = (job: SignJob, step: { more: boolean; byOwnKey: boolean }) => Promise<SignedDocument>

/** One signature after the other, each over the file that the one before left; only the last one bears the name `job.output`. */
export async function signSteps(job: SignJob, steps: readonly ActStep[], signOne: SignOne): Promise<SignedDocument> {
  const left: string[] = []
  let input = job.input
  let signed: SignedDocument | undefined
  try {
    for (const [index, { appearance, stamps, byOwnKey = false }] of steps.entries()) {
      const isLast = index === steps.length - 1
      const output = isLast ? job.output : `${job.output}.${index + 1}.part`
      if (!isLast) left.push(output)
      const { act: _, field, own, ...plain } = job
      if (byOwnKey && own === undefined) throw new Error('a step of the registrar without their key')
      // What the clerk agreed to is under the first signature; each later one is over the file that we wrote ourselves.
      const inputSha256 = signed?.sha256 ?? job.inputSha256
      signed = await signOne({ ...plain, ...(inputSha256 === undefined ? {} : { inputSha256 }), ...(isLast && field !== undefined ? { field } : {}), ...(byOwnKey ? own : {}), input, output, appearance, stamps }, { more: !isLast, byOwnKey })
      input = output
    }
  } finally {
    await Promise.all(left.map((file) => rm(file, { force: true })))
  }
  if (!signed) throw new Error('an act without a signature')
  return signed
}
