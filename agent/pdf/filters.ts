import { hexValue } from './characters.ts'
import { unreadable } from './unreadable.ts'

/** Bytes that grow up to a limit. */
class Output {
  #bytes = new Uint8Array(4_096)
  #length = 0
  readonly #limitBytes: number

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get length(): number {
    return this.#length
  }

  push(code: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = code
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Appends what was written before, from `start` on. */
  repeat(start: number, lengthBytes: number): void {
    this.#reserve(lengthBytes)
    this.#bytes.copyWithin(this.#length, start, start + lengthBytes)
    this.#length += lengthBytes
  }

  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #reserve(lengthBytes: number): void {
    const needed = this.#length + lengthBytes
    if (needed > this.#limitBytes) unreadable('inflates-too-far')
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}

/** ISO 32000-2, 7.4.2. */
export function decodeAsciiHex(data: Uint8Array, limitBytes: number): Uint8Array {
  const output = new Output(limitBytes)
  let high = -1
  for (const code of data) {
    if (code === 0x3e) break
    const value = hexValue(code)
    if (value === -1) continue
    if (high !== -1) output.push((high << 4) | value)
    high = high === -1 ? value : -1
  }
  if (high !== -1) output.push(high << 4)
  return output.done()
}

/** ISO 32000-2, 7.4.3. */
export function decodeAscii85(data: Uint8Array, limitBytes: number): Uint8Array {
  const output = new Output(limitBytes)
  let value = 0
  let digits = 0
  for (const code of data) {
    if (code === 0x7e) break
    if (code === 0x7a && digits === 0) output.append(new Uint8Array(4))
    if (code < 0x21 || code > 0x75) continue
    value = value * 85 + code - 0x21
    if (++digits < 5) continue
    for (const shift of [24, 16, 8, 0]) output.push(Math.floor(value / 2 ** shift) & 0xff)
    value = digits = 0
  }
  if (digits > 1) {
    for (let missing = digits; missing < 5; missing++) value = value * 85 + 84
    for (const shift of [24, 16, 8].slice(0, digits - 1)) output.push(Math.floor(value / 2 ** shift) & 0xff)
  }
  return output.done()
}

/** ISO 32000-2, 7.4.5. */
export function decodeRunLength(data: Uint8Array, limitBytes: number): Uint8Array {
  const output = new Output(limitBytes)
  for (let index = 0; index < data.length;) {
    const length = data[index++] ?? 128
    if (length === 128) break
    if (length < 128) {
      output.append(data.subarray(index, index + length + 1))
      index += length + 1
    } else {
      output.append(new Uint8Array(257 - length).fill(data[index++] ?? 0))
    }
  }
  return output.done()
}

/** ISO 32000-2, 7.4.4: each code names a stretch of what was already written. */
export function decodeLzw(data: Uint8Array, earlyChange: boolean, limitBytes: number): Uint8Array {
  const output = new Output(limitBytes)
  const starts = new Int32Array(4_097)
  const lengths = new Int32Array(4_097)
  let next = 258
  let width = 9
  let buffer = 0
  let bits = 0
  let previous: { start: number; length: number } | undefined
  for (const byte of data) {
    buffer = ((buffer << 8) | byte) & 0xff_ff_ff
    bits += 8
    if (bits < width) continue
    bits -= width
    const code = (buffer >> bits) & ((1 << width) - 1)
    if (code === 257) break
    if (code === 256) {
      next = 258
      width = 9
      previous = undefined
      continue
    }
    const start = output.length
    if (code < 256) output.push(code)
    else if (code < next) output.repeat(starts[code] ?? 0, lengths[code] ?? 0)
    else if (previous !== undefined && code === next) {
      output.repeat(previous.start, previous.length)
      output.repeat(previous.start, 1)
    } else unreadable('stream-damaged')
    if (previous !== undefined && next < 4_096) {
      starts[next] = previous.start
      lengths[next++] = previous.length + 1
    }
    previous = { start, length: output.length - start }
    width = Math.min(12, Math.max(9, 32 - Math.clz32(next + (earlyChange ? 1 : 0))))
  }
  return output.done()
}

/** Reverses PNG (10 to 15) and TIFF (2) prediction (ISO 32000-2, 7.4.4.4). */
export function undoPredictor(data: Uint8Array, predictor: number, colors: number, bitsPerComponent: number, columns: number): Uint8Array {
  const pixelBytes = Math.max(1, (colors * bitsPerComponent) >> 3)
  const rowBytes = (colors * bitsPerComponent * columns + 7) >> 3
  if (![colors, bitsPerComponent, columns].every((value) => Number.isInteger(value) && value > 0 && value < 1 << 20)) unreadable('stream-damaged')
  if (rowBytes <= 0) unreadable('stream-damaged')
  if (predictor === 2) return undoTiff(data, rowBytes, pixelBytes, bitsPerComponent)
  const rows = Math.ceil(data.length / (rowBytes + 1))
  const output = new Uint8Array(rows * rowBytes)
  let length = 0
  for (let row = 0; row < rows; row++) {
    const start = row * (rowBytes + 1)
    const line = data.subarray(start + 1, start + 1 + rowBytes)
    undoPngRow(output, row * rowBytes, line, data[start] ?? 0, rowBytes, pixelBytes)
    length += line.length
  }
  return output.subarray(0, length)
}

function undoPngRow(output: Uint8Array, at: number, line: Uint8Array, filter: number, rowBytes: number, pixelBytes: number): void {
  for (let column = 0; column < line.length; column++) {
    const left = column < pixelBytes ? 0 : (output[at + column - pixelBytes] ?? 0)
    const up = at === 0 ? 0 : (output[at + column - rowBytes] ?? 0)
    const upLeft = at === 0 || column < pixelBytes ? 0 : (output[at + column - rowBytes - pixelBytes] ?? 0)
    output[at + column] = (line[column] ?? 0) + predicted(filter, left, up, upLeft)
  }
}

function predicted(filter: number, left: number, up: number, upLeft: number): number {
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  if (filter !== 4) return 0
  const toLeft = Math.abs(up - upLeft)
  const toUp = Math.abs(left - upLeft)
  const toUpLeft = Math.abs(left + up - 2 * upLeft)
  if (toLeft <= toUp && toLeft <= toUpLeft) return left
  return toUp <= toUpLeft ? up : upLeft
}

function undoTiff(data: Uint8Array, rowBytes: number, pixelBytes: number, bitsPerComponent: number): Uint8Array {
  if (bitsPerComponent !== 8) unreadable('filter-unknown')
  const output = data.slice()
  for (let index = 0; index < output.length; index++) {
    if (index % rowBytes >= pixelBytes) output[index] = (output[index] ?? 0) + (output[index - pixelBytes] ?? 0)
  }
  return output
}
