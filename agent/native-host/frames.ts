import { endianness } from 'node:os'
import type { Readable } from 'node:stream'
import { nativeMessageBytes } from '../../shared/protocol/native.ts'

/** Native messaging: four bytes of length in the order of this machine, then JSON in UTF-8. */
const isLittle = endianness() === 'LE'

/** @throws Error where the length is none that a browser sends, or the stream ends in the middle */
export async function readFrame(input: Readable): Promise<unknown> {
  let bytes = Buffer.alloc(0)
  for await (const part of input) {
    bytes = Buffer.concat([bytes, part as Buffer])
    const length = lengthOf(bytes)
    if (length === undefined || bytes.length < 4 + length) continue
    if (bytes.length > 4 + length) throw new Error('more than one message')
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(4)))
  }
  throw new Error('the message is not whole')
}

export function encodeFrame(message: unknown): Buffer {
  const text = Buffer.from(JSON.stringify(message))
  const head = Buffer.alloc(4)
  if (isLittle) head.writeUInt32LE(text.length)
  else head.writeUInt32BE(text.length)
  return Buffer.concat([head, text])
}

function lengthOf(bytes: Buffer): number | undefined {
  if (bytes.length < 4) return undefined
  const length = isLittle ? bytes.readUInt32LE() : bytes.readUInt32BE()
  if (length === 0 || length > nativeMessageBytes) throw new Error(`a message of ${length} bytes`)
  return length
}
