import { constants, inflateRawSync, inflateSync } from 'node:zlib'
import { limits } from '../../shared/protocol/limits.ts'
import { RefusalError } from '../../shared/errors.ts'
import { decodeAscii85, decodeAsciiHex, decodeLzw, decodeRunLength, undoPredictor } from './filters.ts'
import { PdfDict, PdfName } from './objects.ts'
import type { PdfObject } from './objects.ts'
import { unreadable } from './unreadable.ts'

export type Resolve = (object: PdfObject | undefined) => PdfObject

/** Of one stream; larger ones are pictures, which nobody here decodes. */
const streamBytes = 64 * 1024 * 1024
const filtersPerStream = 8

/** What a document may still inflate. */
export class InflateBudget {
  #leftBytes: number = limits.inflatedBytes

  /** How far the next stream may grow. */
  get streamBytes(): number {
    return Math.min(streamBytes, this.#leftBytes)
  }

  spend(sizeBytes: number): void {
    this.#leftBytes -= sizeBytes
    if (this.#leftBytes < 0) unreadable('inflates-too-far')
  }
}

/** Applies all filters of a stream (ISO 32000-2, 7.4). Throws `document-unreadable`. */
export function decodeStream(dict: PdfDict, raw: Uint8Array, resolve: Resolve, budget: InflateBudget): Uint8Array {
  const filters = listOf(resolve(dict.get('Filter') ?? dict.get('F')), resolve)
  const parameters = listOf(resolve(dict.get('DecodeParms') ?? dict.get('DP')), resolve)
  if (filters.length > filtersPerStream) unreadable('filter-unknown')
  let data = raw
  for (const [index, filter] of filters.entries()) {
    const parameter = parameters[index]
    data = applyFilter(filter, data, parameter instanceof PdfDict ? parameter : new PdfDict(), resolve, budget.streamBytes)
    budget.spend(data.length)
  }
  return data
}

function listOf(object: PdfObject, resolve: Resolve): PdfObject[] {
  if (object === null) return []
  return Array.isArray(object) ? object.map((item) => resolve(item)) : [object]
}

function applyFilter(filter: PdfObject, data: Uint8Array, parameters: PdfDict, resolve: Resolve, limitBytes: number): Uint8Array {
  const numberOf = (key: string, otherwise: number) => {
    const value = resolve(parameters.get(key))
    return typeof value === 'number' ? value : otherwise
  }
  const unpredict = (decoded: Uint8Array) => {
    const predictor = numberOf('Predictor', 1)
    if (predictor <= 1) return decoded
    return undoPredictor(decoded, predictor, numberOf('Colors', 1), numberOf('BitsPerComponent', 8), numberOf('Columns', 1))
  }
  switch (filter instanceof PdfName ? filter.value : '') {
    case 'FlateDecode':
    case 'Fl':
      return unpredict(inflate(data, limitBytes))
    case 'LZWDecode':
    case 'LZW':
      return unpredict(decodeLzw(data, numberOf('EarlyChange', 1) !== 0, limitBytes))
    case 'ASCIIHexDecode':
    case 'AHx':
      return decodeAsciiHex(data, limitBytes)
    case 'ASCII85Decode':
    case 'A85':
      return decodeAscii85(data, limitBytes)
    case 'RunLengthDecode':
    case 'RL':
      return decodeRunLength(data, limitBytes)
    default:
      return unreadable('filter-unknown')
  }
}

/** Truncated data gives what there is; a wrong checksum or header is overlooked, as other readers do. */
function inflate(data: Uint8Array, limitBytes: number): Uint8Array {
  const options = { maxOutputLength: Math.max(1, limitBytes), finishFlush: constants.Z_SYNC_FLUSH }
  try {
    return plain(inflateSync(data, options))
  } catch (problem) {
    if (isTooLarge(problem)) unreadable('inflates-too-far', problem)
  }
  try {
    return plain(inflateRawSync(data.subarray(2), options))
  } catch (problem) {
    if (problem instanceof RefusalError) throw problem
    return unreadable(isTooLarge(problem) ? 'inflates-too-far' : 'stream-damaged', problem)
  }
}

function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}

function isTooLarge(problem: unknown): boolean {
  return problem instanceof RangeError
}
