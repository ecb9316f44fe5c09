import { createHash, randomUUID } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { refuse } from '../../shared/errors.ts'
import type { ImageToAgent, ImageView } from '../../shared/protocol/image.ts'
import { limits } from '../../shared/protocol/limits.ts'
import { agentWindowTexts } from '../../shared/text/agent-windows.ts'
import type { Journal } from '../journal/journal.ts'
import type { Settings } from '../settings/settings.ts'
import type { DocumentWorkers } from '../signing/sign-document.ts'
import { findPinentry } from '../window/find-pinentry.ts'
import { confirm } from '../window/pinentry.ts'
import type { ImageStore, Which } from './image-store.ts'
import type { KnownKeys } from './known-keys.ts'
import type { Link } from './link.ts'
import { shownName } from './shown-name.ts'

export interface ImageParts {
  home: string
  keys: Pick<KnownKeys, 'find' | 'view'>
  images: ImageStore
  workers: DocumentWorkers
  settings: Settings
  journal: Journal
}

const answerMs = 120_000

/**
 * Pictures of hands and seals, over one connection. What is shown on documents is changed by no page and no extension alone: the
 * clerk confirms each change in the agent's own window, and it is journalled with the picture's digest.
 */
export class Images {
  readonly #parts: ImageParts
  readonly #link: Link
  #arriving: { importId: string; pieces: Buffer[]; sizeBytes: number } | undefined

  constructor(parts: ImageParts, link: Link) {
    this.#parts = parts
    this.#link = link
  }

  /** @throws RefusalError image-…, certificate-missing, pin-window-missing, folder-unwritable */
  async carryOut(message: ImageToAgent): Promise<void> {
    switch (message.step) {
      case 'list':
        return this.#list()
      case 'piece':
        return this.#take(message)
      case 'import':
        await this.#import(message)
        return this.#list()
      case 'remove':
        await this.#agree(message, 'removeImage')
        this.#parts.images.remove(message)
        this.#note('image-removed', message)
        return this.#list()
      case 'show':
        return this.#show(message)
    }
  }

  #list(): void {
    this.#link.tell({ kind: 'image', step: 'list', images: this.#parts.images.list() })
  }

  #take({ importId, base64 }: Extract<ImageToAgent, { step: 'piece' }>): void {
    const before = this.#arriving?.importId === importId ? this.#arriving : { importId, pieces: [], sizeBytes: 0 }
    const piece = Buffer.from(base64, 'base64')
    const sizeBytes = before.sizeBytes + piece.length
    this.#arriving = undefined
    if (sizeBytes > limits.imageBytes) refuse('image-too-large', { limit: `${limits.imageBytes / 1024 / 1024} MB` })
    this.#arriving = { importId, pieces: [...before.pieces, piece], sizeBytes }
    this.#link.tell({ kind: 'image', step: 'taken', importId })
  }

  async #import({ importId, sha256, certificateSha256, use }: Extract<ImageToAgent, { step: 'import' }>): Promise<void> {
    const { home, images, workers, settings } = this.#parts
    const file = this.#arriving?.importId === importId ? Buffer.concat(this.#arriving.pieces) : refuse('message-malformed', { kind: 'image' })
    this.#arriving = undefined
    if (sha256Of(file) !== sha256) refuse('document-changed')
    const [input, output] = [path.join(home, `image-${randomUUID()}.part`), path.join(home, `image-${randomUUID()}.png.part`)]
    try {
      writeFileSync(input, file, { mode: 0o600, flag: 'wx' })
      const prepared = await workers.prepareImage({ input, output, use, sealMm: settings.appearance.sealMm })
      await this.#agree({ certificateSha256, use }, 'importImage')
      const view: ImageView = { certificateSha256, use, sha256: images.digestOf(output), importedAt: new Date().toISOString(), ...prepared }
      images.keep(view, output)
      this.#note('image-imported', view)
    } finally {
      for (const left of [input, output]) rmSync(left, { force: true })
    }
  }

  #show({ certificateSha256, use }: Extract<ImageToAgent, { step: 'show' }>): void {
    const base64 = this.#parts.images.bytesOf({ certificateSha256, use })?.toString('base64') ?? refuse('image-missing', { holder: '' })
    this.#link.tell({ kind: 'image', step: 'shown', certificateSha256, use, base64 })
  }

  /** In the agent's own window. @throws RefusalError image-refused, pin-window-missing */
  async #agree({ certificateSha256, use }: Which, what: 'importImage' | 'removeImage'): Promise<void> {
    const { keys, settings } = this.#parts
    const say = agentWindowTexts[settings.language]
    const { holder } = keys.view(await keys.find(certificateSha256, { fresh: false }))
    const texts = { title: say.imageTitle, description: say[what](say.imageUses[use], shownName(holder)), ok: say.imageOk, cancel: say.cancel }
    const answer = await confirm(texts, { pinentry: findPinentry({ setting: settings.pinentry }), deadlineMs: answerMs })
    if (answer.outcome === 'unavailable') refuse('pin-window-missing', undefined, new Error(answer.reason))
    if (answer.outcome !== 'confirmed') refuse('image-refused')
  }

  #note(what: string, { certificateSha256, use, ...view }: Which & { sha256?: string }): void {
    this.#parts.journal.write({ events: [{ what, facts: { certificateSha256, use, sha256: view.sha256 } }] })
  }
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
