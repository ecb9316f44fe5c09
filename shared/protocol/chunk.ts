import { limits } from './limits.ts'

/**
 * A piece of a document as one binary frame, the same in both directions:
 *
 *     0   4  sequence number of the sender, big-endian
 *     4  16  document id (UUID)
 *    20   4  offset of the first byte, big-endian (a document is at most 100 MiB)
 *    24   …  at most 256 KiB of the document
 */
export interface Chunk {
  sequence: number
  documentId: string
  offset: number
  bytes: Uint8Array
}

const headerBytes = 24

export function encodeChunk({ sequence, documentId, offset, bytes }: Chunk): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(headerBytes + bytes.length)
  const view = new DataView(frame.buffer)
  view.setUint32(0, sequence)
  frame.set(uuidBytes(documentId), 4)
  view.setUint32(20, offset)
  frame.set(bytes, headerBytes)
  return frame
}

/** Undefined where the frame is no chunk: too short, empty or too long. */
export function decodeChunk(frame: Uint8Array): Chunk | undefined {
  const sizeBytes = frame.length - headerBytes
  if (sizeBytes <= 0 || sizeBytes > limits.chunkBytes) return undefined
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  return {
    sequence: view.getUint32(0),
    documentId: uuidText(frame.subarray(4, 20)),
    offset: view.getUint32(20),
    bytes: frame.subarray(headerBytes),
  }
}

function uuidBytes(uuid: string): Uint8Array {
  const digits = uuid.replaceAll('-', '')
  return Uint8Array.from({ length: 16 }, (_, index) => Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16))
}

function uuidText(bytes: Uint8Array): string {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-')
}
