import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { ImageUse, ImageView } from '../../shared/protocol/image.ts'
import { renamePatientlySync } from '../settings/rename-patiently.ts'
import { writeDurably } from '../settings/write-durably.ts'

export type Which = Pick<ImageView, 'certificateSha256' | 'use'>

const uses: readonly ImageUse[] = ['signature', 'seal', 'initials']

/**
 * Pictures of hands and seals, `images/<SHA-256 of the certificate>/<use>.png` with what is known of each beside it. Names come from
 * digests and a fixed list, never from outside.
 */
export class ImageStore {
  readonly #folder: string

  constructor(home: string) {
    this.#folder = path.join(home, 'images')
  }

  list(): ImageView[] {
    const certificates = existsSync(this.#folder) ? readdirSync(this.#folder) : []
    return certificates.flatMap((certificateSha256) => uses.map((use) => this.#read({ certificateSha256, use }))).filter((view) => view !== undefined)
  }

  /** The picture's file, where there is one. */
  pathOf(which: Which): string | undefined {
    const file = this.#file(which, 'png')
    return existsSync(file) ? file : undefined
  }

  bytesOf(which: Which): Buffer | undefined {
    const file = this.pathOf(which)
    return file === undefined ? undefined : readFileSync(file)
  }

  /** SHA-256 of a file, hexadecimal. */
  digestOf(file: string): string {
    return createHash('sha256').update(readFileSync(file)).digest('hex')
  }

  /** Takes over a finished PNG of the agent's own. */
  keep(view: ImageView, png: string): void {
    mkdirSync(path.join(this.#folder, view.certificateSha256), { recursive: true, mode: 0o700 })
    renamePatientlySync(png, this.#file(view, 'png'))
    writeDurably(this.#file(view, 'json'), `${JSON.stringify(view)}\n`)
  }

  remove(which: Which): void {
    rmSync(this.#file(which, 'png'), { force: true })
    rmSync(this.#file(which, 'json'), { force: true })
  }

  #read(which: Which): ImageView | undefined {
    try {
      const view = JSON.parse(readFileSync(this.#file(which, 'json'), 'utf8')) as ImageView
      return existsSync(this.#file(which, 'png')) ? view : undefined
    } catch {
      // Nothing there, or half of it: the clerk imports it anew.
      return undefined
    }
  }

  #file({ certificateSha256, use }: Which, kind: 'png' | 'json'): string {
    return path.join(this.#folder, certificateSha256, `${use}.${kind}`)
  }
}
