import { acroFormOf, fieldsOf } from '../pdf/form-fields.ts'
import type { FormField } from '../pdf/form-fields.ts'
import { PdfDict, PdfRef } from '../pdf/objects.ts'
import type { PdfObject } from '../pdf/objects.ts'
import type { PdfDocument } from '../pdf/open-document.ts'

export type Role = { kind: 'catalog' | 'page' | 'annotations' | 'form' | 'form-resources' | 'fields' } | { kind: 'field'; field: FormField }

/** What an object of the earlier revision is, as far as it may change. The last role that is set counts: pages are never fields. */
export function rolesOf(document: PdfDocument): ReadonlyMap<number, Role> {
  const roles = new Map<number, Role>()
  const set = (object: PdfObject | undefined, role: Role) => {
    if (object instanceof PdfRef) roles.set(object.number, role)
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
  set(document.catalogRef, { kind: 'catalog' })
  return roles
}

/** Objects that hold evidence about signatures or facts about the file, and show nothing: /DSS, /Metadata, /Info. */
export function evidenceOf(document: PdfDocument): ReadonlySet<number> {
  const evidence = new Set<number>()
  const { Metadata, DSS, Extensions } = Object.fromEntries(document.catalog)
  collect(document, [Metadata ?? null, Extensions ?? null, document.trailer.get('Info') ?? null], evidence, 2)
  collect(document, [DSS ?? null], evidence, 5)
  return evidence
}

function collect(document: PdfDocument, objects: readonly PdfObject[], into: Set<number>, depth: number): void {
  for (const object of depth === 0 ? [] : objects) {
    if (object instanceof PdfRef) into.add(object.number)
    const value = document.resolve(object)
    if (Array.isArray(value)) collect(document, value, into, depth - 1)
    if (value instanceof PdfDict) collect(document, [...value.values()], into, depth - 1)
  }
}
