import { latin1, latin1Bytes } from './characters.ts'
import { PdfDict, PdfName, PdfRef, PdfStream, PdfString } from './objects.ts'
import type { PdfObject } from './objects.ts'
import { unreadable } from './unreadable.ts'
import { limits } from '../../shared/protocol/limits.ts'

/** An object as it is written in a file. Streams cannot stand inside other objects. */
export function objectBytes(object: PdfObject): Uint8Array {
  return latin1Bytes(objectText(object, 0))
}

function objectText(object: PdfObject, depth: number): string {
  if (depth > limits.objectDepth) unreadable('nested-too-deeply')
  if (object === null) return 'null'
  if (typeof object === 'boolean') return String(object)
  if (typeof object === 'number') return numberText(object)
  if (object instanceof PdfName) return nameText(object.value)
  if (object instanceof PdfString) return object.hex ? `<${Buffer.from(object.bytes).toString('hex')}>` : literalText(object.bytes)
  if (object instanceof PdfRef) return `${object.number} ${object.generation} R`
  if (object instanceof PdfDict) return dictText(object, depth)
  if (object instanceof PdfStream) throw new TypeError('a stream is written by Revision.addStream')
  return `[${object.map((item) => objectText(item, depth + 1)).join(' ')}]`
}

function dictText(dict: PdfDict, depth: number): string {
  const entries = [...dict].map(([key, value]) => `${nameText(key)} ${objectText(value, depth + 1)}`)
  return `<< ${entries.join(' ')} >>`
}

/** No exponents (ISO 32000-2, 7.3.3); ten decimals are finer than any device. */
function numberText(value: number): string {
  if (!Number.isFinite(value)) return '0'
  if (Number.isInteger(value)) return BigInt(value).toString()
  const text = value.toFixed(10).replace(/0+$/, '')
  return text.endsWith('.') ? text.slice(0, -1).replace('-0', '0') : text
}

/** Everything but visible regular characters is escaped (7.3.5). */
function nameText(value: string): string {
  const escaped = value.replace(/[^!-~]|[#()<>[\]{}/%]/g, (character) => `#${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return `/${escaped}`
}

/** Line ends are escaped, since readers change them. */
function literalText(bytes: Uint8Array): string {
  const text = latin1(bytes).replace(/[\\()]/g, '\\$&').replaceAll('\r', '\\r').replaceAll('\n', '\\n')
  return `(${text})`
}
