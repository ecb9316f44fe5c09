import { PdfDict, PdfName, PdfRef, PdfStream, PdfString } from '../pdf/objects.ts'
import type { PdfObject } from '../pdf/objects.ts'

/** As written: references are the same when their numbers are, as what they refer to is judged by itself. */
export function same(one: PdfObject, other: PdfObject): boolean {
  if (one instanceof PdfRef) return other instanceof PdfRef && one.number === other.number && one.generation === other.generation
  if (one instanceof PdfName) return other instanceof PdfName && one.value === other.value
  if (one instanceof PdfString) return other instanceof PdfString && Buffer.compare(one.bytes, other.bytes) === 0
  if (one instanceof PdfStream) {
    return other instanceof PdfStream && same(one.dict, other.dict) && Buffer.compare(one.raw(), other.raw()) === 0
  }
  if (one instanceof PdfDict) {
    return other instanceof PdfDict && one.size === other.size && [...one].every(([key, value]) => same(value, other.get(key) ?? null))
  }
  if (Array.isArray(one)) {
    return Array.isArray(other) && one.length === other.length && one.every((item, index) => same(item, other[index] ?? null))
  }
  return one === other
}
