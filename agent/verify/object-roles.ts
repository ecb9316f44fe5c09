import { acroFormOf, fieldsOf } from '../pdf/form-fields.ts'
import type { FormField } from '../pdf/form-fields.ts'
import { PdfDict, PdfRef } from '../pdf/objects.ts'
import type { PdfObject } from '../pdf/objects.ts'
import type { PdfDocument } from '../pdf/open-document.ts'

export type Role =
  | { kind: 'catalog' | 'page' | 'page-tree' | 'annotations' | 'form' | 'form-resources' | 'fields' }
  | { kind: 'field'; field: FormField }

export type Roles = ReadonlyMap<number, readonly Role[]>

/** What each object of the earlier revision is, as far as it may change. One that is several things may change only as all of them may. */
export function rolesOf(document: PdfDocument): Roles {
  const roles = new Map<number, Role[]>()
  const set = (object: PdfObject | undefined, role: Role) => {
    if (!(object instanceof PdfRef)) return
    const others = roles.get(object.number) ?? []
    if (!others.some(({ kind }) => kind === role.kind)) roles.set(object.number, [...others, role])
  }
  for (const field of fieldsOf(document)) set(field.ref, { kind: 'field', field })
  const form = acroFormOf(document)
  const resources = form?.dict.get('DR')
  set(document.dictOf(resources)?.get('Font'), { kind: 'form-resources' })
  set(resources, { kind: 'form-resources' })
  set(form?.dict.get('Fields'), { kind: 'fields' })
  set(form?.ref, { kind: 'form' })
  for (let index = 0; index < document.pageCount; index++) {
    const { dict, ref } = document.page(index)
    set(dict.get('Annots'), { kind: 'annotations' })
    set(ref, { kind: 'page' })
  }
  setPageTree(document, roles, (ref) => set(ref, { kind: 'page-tree' }))
  set(document.catalogRef, { kind: 'catalog' })
  return roles
}

/** Every node above the pages, and every array of /Kids. Whoever reads /Kids of a page, too, sees nodes in them. */
function setPageTree(document: PdfDocument, roles: Roles, set: (ref: PdfRef) => void): void {
  const visited = new Set<number>()
  const open: PdfObject[] = [document.catalog.get('Pages') ?? null]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node instanceof PdfRef) {
      if (visited.has(node.number)) continue
      visited.add(node.number)
      if (roles.get(node.number)?.some(({ kind }) => kind === 'page') !== true) set(node)
    }
    const kids = document.dictOf(node)?.get('Kids')
    if (kids instanceof PdfRef) set(kids)
    for (const kid of document.arrayOf(kids) ?? []) open.push(kid)
  }
}

/**
 * Objects that hold evidence about signatures or facts about the file: what /DSS, /Metadata, /Extensions and /Info lead
 * to. They show nothing as long as nothing else refers to them.
 */
export function evidenceOf(document: PdfDocument): ReadonlySet<number> {
  const evidence = new Map<number, number>()
  const { Metadata, DSS, Extensions } = Object.fromEntries(document.catalog)
  collect(document, [Metadata ?? null, Extensions ?? null, document.trailer.get('Info') ?? null], evidence, 2)
  collect(document, [DSS ?? null], evidence, 5)
  return new Set(evidence.keys())
}

/** @param into with the depth that was left where each was met */
function collect(document: PdfDocument, objects: readonly PdfObject[], into: Map<number, number>, depth: number): void {
  for (const object of depth === 0 ? [] : objects) {
    if (object instanceof PdfRef) {
      if ((into.get(object.number) ?? 0) >= depth) continue
      into.set(object.number, depth)
    }
    const value = document.resolve(object)
    if (Array.isArray(value)) collect(document, value, into, depth - 1)
    if (value instanceof PdfDict) collect(document, [...value.values()], into, depth - 1)
  }
}
