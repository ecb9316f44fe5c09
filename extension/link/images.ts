import { RefusalError } from '../../shared/errors.ts'
import { imagePieceBytes, type ImageUse } from '../../shared/protocol/image.ts'
import { limits } from '../../shared/protocol/limits.ts'
import type { Connection, Incoming } from './connection.ts'

interface Which {
  certificateSha256: string
  use: ImageUse
}
type ImageMessage = Extract<Incoming, { kind: 'image' }>

/** Pictures of hands and seals, which the agent keeps: one question at a time, each with its answer. */
export class Images {
  private readonly connection: () => Promise<Connection>
  private turn: Promise<unknown> = Promise.resolve()

  constructor(connection: () => Promise<Connection>) {
    this.connection = connection
  }

  /** The new list is heard by whoever listens to the connection. The clerk confirms in the agent's own window. @throws RefusalError image-…, pin-window-missing */
  import({ certificateSha256, use, base64 }: Which & { base64: string }): Promise<void> {
    return this.inTurn(async (connection) => {
      const importId = crypto.randomUUID()
      const file = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
      const sha256 = Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', file)), (byte) => byte.toString(16).padStart(2, '0')).join('')
      for (let at = 0; at < file.length; at += imagePieceBytes) {
        const piece = base64Of(file.subarray(at, at + imagePieceBytes))
        await ask(connection, 'taken', () => connection.send({ kind: 'image', step: 'piece', importId, base64: piece }))
      }
      await ask(connection, 'list', () => connection.send({ kind: 'image', step: 'import', importId, certificateSha256, use, sha256 }))
    })
  }

  remove({ certificateSha256, use }: Which): Promise<void> {
    return this.inTurn(async (connection) => {
      await ask(connection, 'list', () => connection.send({ kind: 'image', step: 'remove', certificateSha256, use }))
    })
  }

  /** PNG, base64. */
  show({ certificateSha256, use }: Which): Promise<string> {
    return this.inTurn(async (connection) => {
      const shown = await ask(connection, 'shown', () => connection.send({ kind: 'image', step: 'show', certificateSha256, use }))
      return shown.base64
    })
  }

  private inTurn<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const result = this.turn.then(async () => work(await this.connection()))
    this.turn = result.catch(() => undefined)
    return result
  }
}

/** Resolves to the answer of this step. The clerk may take their time in the agent's window, and the connection lives as long. */
function ask<Step extends ImageMessage['step']>(connection: Connection, step: Step, send: () => void): Promise<Extract<ImageMessage, { step: Step }>> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => end(() => reject(connection.gone.reason as Error)), limits.consentIdleMs)
    const end = (settle: () => void): void => {
      clearTimeout(late)
      unhear()
      connection.gone.removeEventListener('abort', gone)
      settle()
    }
    const gone = (): void => end(() => reject(connection.gone.reason as Error))
    const unhear = connection.onMessage((message) => {
      if (message.kind === 'image' && message.step === step) end(() => resolve(message as Extract<ImageMessage, { step: Step }>))
      if (message.kind === 'refused' && message.about === 'image') end(() => reject(new RefusalError(message.refusal)))
    })
    connection.gone.addEventListener('abort', gone)
    send()
  })
}

function base64Of(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
