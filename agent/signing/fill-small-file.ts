import { createHash } from 'node:crypto'
import { SignPdf } from '@signpdf/signpdf'
import { Signer } from '@signpdf/utils'
import type { CoveredDigest } from '../pdf/fill-signature.ts'
import type { FinishedRevision } from '../pdf/revision.ts'

/** Makes the CMS container for what the signature covers: its digest over the two ranges. */
export interface ContainerMaker {
  digest: CoveredDigest
  make(covered: Uint8Array): Promise<Uint8Array>
}

/** @returns the signed file */
export function fillSmallFile(original: Uint8Array, revision: FinishedRevision, containers: ContainerMaker): Promise<Uint8Array> {
  return new SignPdf().sign(Buffer.concat([original, revision.bytes]), new ContainerSigner(containers))
}

/**
 * @signpdf copies the file several times, so it gets small ones (up to 256 KiB); and it searches all of the file for `/ByteRange [`, so
 * it gets none in which anything but a finished byte range bears that name.
 */
export function isForSignPdf(original: Buffer): boolean {
  for (let at = original.indexOf(byteRange); at !== -1; at = original.indexOf(byteRange, at + 1)) {
    if (!/^\s*\[[\d\s]*\]/.test(original.toString('latin1', at + byteRange.length, at + longestRange))) return false
  }
  return true
}

const byteRange = '/ByteRange'
const longestRange = 100

class ContainerSigner extends Signer {
  readonly #containers: ContainerMaker

  constructor(containers: ContainerMaker) {
    super()
    this.#containers = containers
  }

  override async sign(covered: Buffer): Promise<Buffer> {
    return Buffer.from(await this.#containers.make(createHash(this.#containers.digest).update(covered).digest()))
  }
}
