import { PdfDict, PdfRef, PdfStream } from '../pdf/objects.ts'
import type { PdfObject } from '../pdf/objects.ts'
import type { PdfDocument } from '../pdf/open-document.ts'
import { highestObjectNumber } from '../pdf/xref-table.ts'
import { objectOf } from './hidden-links.ts'
import type { HiddenLinks } from './hidden-links.ts'
import type { Role, Roles } from './object-roles.ts'

type Holder = readonly Role['kind'][]

/** A value on the way, and the place it stands at: the entry of what, by its roles. */
interface Visit {
  readonly value: PdfObject
  readonly holder: Holder
  readonly key: string
}

/** Entries of the catalogue that show nothing, whatever they hold. */
const evidenceKeys: ReadonlySet<string> = new Set(['Metadata', 'DSS', 'Extensions'])

/** Where fields are referred to as fields: trees, pages, structure (/Obj), calculation order, actions that hide or send them. */
const fieldKeys: ReadonlySet<string> = new Set(['Kids', 'Parent', 'Annots', 'Fields', 'CO', 'Obj', 'T'])

/**
 * Numbers of objects that something refers to otherwise than their roles provide for, from the catalogue on: a font, the
 * outlines, an array that is both /Annots and /Contents. They may not change, whatever else they are. The walk
 * has its own stack, as a hostile file can link objects to any depth.
 */
export function heldObjects(document: PdfDocument, roles: Roles, { containers, bareTargets }: HiddenLinks): ReadonlySet<number> {
  const held = new Set([...containers, ...bareTargets])
  const visited = new Set<string>()
  const isCatalog = (object: PdfObject) => object instanceof PdfRef && object.number === document.catalogRef.number
  const open: Visit[] = [{ value: document.catalog, holder: ['catalog'], key: '' }]
  for (const [key, value] of document.trailer) if (key !== 'Root' && key !== 'Info') open.push({ value, holder: [], key })
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    const { value, holder, key } = visit
    if (value instanceof PdfRef) {
      const kinds = roles.get(value.number)?.map(({ kind }) => kind) ?? []
      if (!kinds.some((kind) => isPlaceOf(kind, holder, key))) held.add(value.number)
      // The items of an array may stand there in the one place, and not in the other.
      const place = `${value.number} ${fieldKeys.has(key)}`
      if (visited.has(place)) continue
      visited.add(place)
      open.push({ value: document.resolve(value), holder: kinds, key })
    } else {
      pushEntries(value, visit, open, isCatalog)
    }
  }
  return held
}

function pushEntries(value: PdfObject, { holder, key }: Visit, open: Visit[], isCatalog: (object: PdfObject) => boolean): void {
  if (Array.isArray(value)) {
    for (const item of value) open.push({ value: item, holder: [], key })
    return
  }
  const dict = value instanceof PdfStream ? value.dict : value
  if (!(dict instanceof PdfDict)) return
  for (const [entry, inner] of dict) {
    if (holder.includes('catalog') && evidenceKeys.has(entry)) continue
    // What a lock is over (table 256): all of the document, which it does not show.
    if (entry === 'Data' && dict.has('TransformMethod') && isCatalog(inner)) continue
    if (inner instanceof PdfRef || Array.isArray(inner)) open.push({ value: inner, holder, key: entry })
    else open.push({ value: inner, holder: innerHolder(holder, entry), key: entry })
  }
}

/** The role of a dictionary that is written directly in another one. */
function innerHolder(holder: Holder, key: string): Holder {
  if (holder.includes('catalog') && key === 'AcroForm') return ['form']
  return holder.includes('form') && key === 'DR' ? ['form-resources'] : []
}

function isPlaceOf(kind: Role['kind'], holder: Holder, key: string): boolean {
  switch (kind) {
    case 'catalog':
    case 'page-tree':
      return false
    case 'page':
      return true
    case 'annotations':
      return holder.includes('page') && key === 'Annots'
    case 'form':
      return holder.includes('catalog') && key === 'AcroForm'
    case 'fields':
      return holder.includes('form') && key === 'Fields'
    case 'form-resources':
      return (holder.includes('form') && key === 'DR') || (holder.includes('form-resources') && key === 'Font')
    case 'field':
      return fieldKeys.has(key)
  }
}

/**
 * Whether the earlier revision referred to an object that has come into being since: the hidden half of a shadow
 * attack. Numbers that are out of range are read by some, and so are never harmless.
 * @param appeared numbers that nothing stood under
 */
export function refersToAny(earlier: PdfDocument, appeared: ReadonlySet<number>, { present, bareTargets }: HiddenLinks): boolean {
  const isOne = (number: number) => appeared.has(number) || number > highestObjectNumber
  const trailer = new PdfDict([...earlier.trailer].filter(([key]) => key !== 'Info'))
  if (refersTo(trailer, isOne) || [...bareTargets].some(isOne)) return true
  return present.some((number) => refersTo(objectOf(earlier, number), isOne))
}

/** What one object holds itself is nested no deeper than the parser allows. */
function refersTo(object: PdfObject, judge: (number: number) => boolean): boolean {
  if (object instanceof PdfRef) return judge(object.number)
  if (object instanceof PdfStream) return refersTo(object.dict, judge)
  if (Array.isArray(object)) return object.some((item) => refersTo(item, judge))
  return object instanceof PdfDict && [...object.values()].some((value) => refersTo(value, judge))
}
