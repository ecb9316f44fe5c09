import { EventEmitter } from 'node:events'
import type { TalkPort } from '../../../shared/messages/port-talk.ts'

/** Both ends of an extension port. Messages pass as JSON and later, as they do in Chromium. */
export function portPair(name = 'document'): [TalkPort & { name: string; disconnect(): void }, TalkPort & { name: string; disconnect(): void }] {
  const ends = [new EventEmitter(), new EventEmitter()] as const
  const end = (own: EventEmitter, other: EventEmitter) => ({
    name,
    postMessage: (message: unknown) => {
      const text = JSON.stringify(message)
      setImmediate(() => other.emit('message', JSON.parse(text)))
    },
    onMessage: { addListener: (listener: (message: unknown) => void) => void own.on('message', listener) },
    onDisconnect: { addListener: (listener: () => void) => void own.on('disconnect', listener) },
    disconnect: () => setImmediate(() => other.emit('disconnect')),
  })
  return [end(ends[0], ends[1]), end(ends[1], ends[0])]
}
