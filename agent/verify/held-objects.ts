import { isName, PdfDict, PdfRef, PdfStream } from '../pdf/objects.ts'
import type { PdfObject } from '../pdf/objects.ts'
import { contentsOf } from '../pdf/object-stream.ts'
import type { ObjectStreamContents } from '../pdf/object-stream.ts'
import type { PdfDocument } from '../pdf/open-document.ts'
import { parseAt } from '../pdf/read-object.ts'
import { highestObjectNumber } from '../pdf/xref-table.ts'
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
export function heldObjects(document: PdfDocument, roles: Roles): ReadonlySet<number> {
  const { containers, bareTargets } = hiddenLinks(document)
  const held = new Set([...containers, ...bareTargets])
  const visited = new Set<string>()
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
      pushEntries(value, visit, open)
    }
  }
  return held
}

function pushEntries(value: PdfObject, { holder, key }: Visit, open: Visit[]): void {
  if (Array.isArray(value)) {
    for (const item of value) open.push({ value: item, holder: [], key })
    return
  }
  const dict = value instanceof PdfStream ? value.dict : value
  if (!(dict instanceof PdfDict)) return
  for (const [entry, inner] of dict) {
    if (holder.includes('catalog') && evidenceKeys.has(entry)) continue
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

/** Links that no entry of a dictionary shows. */
interface HiddenLinks {
  /** Object streams that hold objects, and those that they extend. */
  readonly containers: ReadonlySet<number>
  /** What is referred to by objects that are nothing but a reference. */
  readonly bareTargets: ReadonlySet<number>
}

function hiddenLinks(document: PdfDocument): HiddenLinks {
  const containers = new Set<number>()
  const bareTargets = new Set<number>()
  for (const [number, entry] of document.xref.table.entries()) {
    if (entry.kind === 'compressed') containers.add(entry.container)
    const target = entry.kind === 'plain' ? bareReferenceAt(document, document.xref.base + entry.offset) : undefined
    if (target !== undefined && target !== number) bareTargets.add(target)
  }
  for (const container of containers) {
    const base = containerOf(document, container)?.dict.get('Extends')
    if (base instanceof PdfRef) containers.add(base.number)
    const contents = objectStreamOf(document, container)
    for (const index of contents?.numbers.keys() ?? []) {
      const object = contents?.object(index)
      if (object instanceof PdfRef) bareTargets.add(object.number)
    }
  }
  return { containers, bareTargets }
}

/** `12 0 obj 13 0 R`: not allowed (ISO 32000-2, 7.3.10), and followed all the same. */
function bareReferenceAt(document: PdfDocument, offset: number): number | undefined {
  return parseAt(document.source, offset, (parser) => {
    if (parser.integer() === undefined || parser.integer() === undefined || !parser.word('obj')) return undefined
    const number = parser.integer()
    return number !== undefined && parser.integer() !== undefined && parser.word('R') ? number : undefined
  })
}

function containerOf(document: PdfDocument, number: number): PdfStream | undefined {
  const stream = objectOf(document, number)
  return stream instanceof PdfStream ? stream : undefined
}

export function objectStreamOf(document: PdfDocument, number: number): ObjectStreamContents | undefined {
  const stream = containerOf(document, number)
  return stream === undefined ? undefined : contentsOf(stream, (object) => document.resolve(object))
}

/**
 * Whether an object that the earlier revision only referred to has come into being: the hidden half of a shadow
 * attack. A number that is written as `null` does not exist either; numbers that are out of range are read by some.
 * @param changed numbers of the earlier revision that stand elsewhere now
 */
export function takesDanglingNumber(earlier: PdfDocument, later: PdfDocument, changed: readonly number[]): boolean {
  const appeared = new Set(changed.filter((number) => objectOf(earlier, number) === null && objectOf(later, number) !== null))
  for (const [number, { kind }] of later.xref.table.entries()) if (kind !== 'free' && !isInUse(earlier, number)) appeared.add(number)
  const takes = ({ number }: PdfRef) => appeared.has(number) || number > highestObjectNumber
  const trailer = new PdfDict([...earlier.trailer].filter(([key]) => key !== 'Info'))
  if (refersTo(trailer, takes)) return true
  for (const [number, entry] of earlier.xref.table.entries()) {
    if (entry.kind === 'free') continue
    const target = entry.kind === 'plain' ? bareReferenceAt(earlier, earlier.xref.base + entry.offset) : undefined
    if ((target !== undefined && takes(new PdfRef(target))) || refersTo(objectOf(earlier, number), takes)) return true
  }
  return false
}

/** What one object holds itself is nested no deeper than the parser allows. */
function refersTo(object: PdfObject, judge: (ref: PdfRef) => boolean): boolean {
  if (object instanceof PdfRef) return judge(object)
  if (object instanceof PdfStream) return refersTo(object.dict, judge)
  if (Array.isArray(object)) return object.some((item) => refersTo(item, judge))
  return object instanceof PdfDict && [...object.values()].some((value) => refersTo(value, judge))
}

function isInUse({ xref }: PdfDocument, number: number): boolean {
  const entry = xref.table.get(number)
  return entry !== undefined && entry.kind !== 'free'
}

/** Cross-reference streams are the file's own, and name nothing that is shown. */
export function isCrossReference(object: PdfObject): boolean {
  return object instanceof PdfStream && isName(object.dict.get('Type'), 'XRef')
}

/** The object with this number, whatever its generation; `null` where there is none. */
export function objectOf(document: PdfDocument, number: number): PdfObject {
  const entry = document.xref.table.get(number)
  if (entry === undefined || entry.kind === 'free') return null
  return document.resolve(new PdfRef(number, entry.kind === 'plain' ? entry.generation : 0))
}
