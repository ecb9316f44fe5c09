import { fieldsOf } from '../pdf/form-fields.ts'
import type { FormField } from '../pdf/form-fields.ts'
import { PdfDict, PdfName, PdfRef, PdfStream, PdfString } from '../pdf/objects.ts'
import type { PdfObject } from '../pdf/objects.ts'
import type { PdfDocument } from '../pdf/open-document.ts'
import type { XrefEntry } from '../pdf/xref-table.ts'
import { evidenceOf, rolesOf } from './object-roles.ts'
import type { Role } from './object-roles.ts'
import { laterChanges } from './report.ts'
import type { LaterChanges } from './report.ts'
import { objectOf, shownObjects, takesDanglingNumber } from './shown-objects.ts'

export interface RevisionDifference {
  readonly changes: LaterChanges
  /** Full names of fields that were filled in or whose look changed; signature fields are not among them. */
  readonly fields: readonly string[]
}

/**
 * What `later` changed of `earlier`, whose bytes it begins with. Only objects that the earlier revision had are
 * looked at: a new one means nothing until an old one refers to it, and each old one may change only in ways
 * that are listed here. Everything unlisted is 'other'.
 * @param author `anyone` also looks for objects that play two parts, as shadow attacks need them. That takes a walk
 * through the whole earlier revision, which our own appended revision is spared.
 */
export function compareRevisions(earlier: PdfDocument, later: PdfDocument, author: 'anyone' | 'ourselves'): RevisionDifference {
  const sameFrame = ['Root', 'Encrypt'].every((key) => same(earlier.trailer.get(key) ?? null, later.trailer.get(key) ?? null))
  if (!sameFrame || earlier.repaired || later.repaired) return { changes: 'other', fields: [] }
  const comparison = new Comparison(earlier, later)
  const changed = changedObjects(earlier, later)
  const found: LaterChanges[] = changed.map((number) => comparison.changeOf(number))
  if (author === 'anyone' && changed.length > 0 && !found.includes('other')) {
    const shown = shownObjects(earlier)
    if (changed.some((number) => shown.has(number)) || takesDanglingNumber(earlier, later)) found.push('other')
  }
  return { changes: worst(found), fields: [...comparison.fields] }
}

class Comparison {
  readonly fields = new Set<string>()
  readonly #earlier: PdfDocument
  readonly #later: PdfDocument
  readonly #roles: ReadonlyMap<number, Role>
  readonly #signed: ReadonlySet<string>
  readonly #evidence: ReadonlySet<number>

  constructor(earlier: PdfDocument, later: PdfDocument) {
    this.#earlier = earlier
    this.#later = later
    this.#roles = rolesOf(earlier)
    this.#evidence = evidenceOf(earlier)
    this.#signed = new Set(fieldsOf(earlier).filter(({ dict }) => earlier.get(dict, 'V') !== null).map(({ name }) => name))
  }

  changeOf(number: number): LaterChanges {
    const [before, after] = [objectOf(this.#earlier, number), objectOf(this.#later, number)]
    if (before === null || isCrossReference(before) || this.#evidence.has(number)) return 'none'
    const role = this.#roles.get(number)
    if (role === undefined) return same(before, after) ? 'none' : 'other'
    switch (role.kind) {
      case 'catalog':
        return this.#entries(before, after, (key, one, other) => this.#catalogEntry(key, one, other))
      case 'page':
        return this.#entries(before, after, (key, one, other) => (key === 'Annots' ? this.#annotations(one, other) : 'other'))
      case 'annotations':
        return this.#annotations(before, after)
      case 'form':
        return this.#form(before, after)
      case 'fields':
        return this.#fieldList(before, after)
      case 'form-resources':
        return 'none'
      case 'field':
        return this.#entries(before, after, (key, one) => this.#fieldEntry(role.field, key, one))
    }
  }

  /** Every entry that is not the same goes through `judge`. */
  #entries(before: PdfObject, after: PdfObject, judge: (key: string, one: PdfObject, other: PdfObject) => LaterChanges): LaterChanges {
    if (!(before instanceof PdfDict) || !(after instanceof PdfDict)) return 'other'
    const keys = [...new Set([...before.keys(), ...after.keys()])]
    return worst(keys.map((key) => {
      const [one, other] = [before.get(key) ?? null, after.get(key) ?? null]
      return same(one, other) ? 'none' : judge(key, one, other)
    }))
  }

  #catalogEntry(key: string, one: PdfObject, other: PdfObject): LaterChanges {
    if (['DSS', 'Extensions', 'Version', 'Metadata'].includes(key)) return 'none'
    if (key === 'Perms') return one === null ? 'signatures' : 'other'
    if (key !== 'AcroForm') return 'other'
    return this.#form(this.#earlier.resolve(one), this.#later.resolve(other))
  }

  #form(before: PdfObject, after: PdfObject): LaterChanges {
    return this.#entries(before ?? new PdfDict(), after, (key, one, other) => {
      if (key === 'Fields') return this.#fieldList(this.#earlier.resolve(one), this.#later.resolve(other))
      return ['SigFlags', 'DR', 'DA', 'NeedAppearances'].includes(key) ? 'none' : 'other'
    })
  }

  /** Signature fields may be added; none may go, and none may move. */
  #fieldList(before: PdfObject, after: PdfObject): LaterChanges {
    return this.#additions(before, after, () => 'other')
  }

  #annotations(one: PdfObject, other: PdfObject): LaterChanges {
    const [before, after] = [this.#earlier.resolve(one), this.#later.resolve(other)]
    return this.#additions(before, after, (item) => (this.#later.resolve(item) instanceof PdfDict ? 'annotations' : 'other'))
  }

  /** A new signature field may come behind what is there; what else may come, `judge` says. */
  #additions(before: PdfObject, after: PdfObject, judge: (item: PdfObject) => LaterChanges): LaterChanges {
    const [old, now] = [before ?? [], after]
    if (!Array.isArray(old) || !Array.isArray(now) || !old.every((item, index) => same(item, now[index] ?? null))) return 'other'
    return worst(now.slice(old.length).map((item) => (this.#isSignatureField(item) ? 'signatures' : judge(item))))
  }

  #fieldEntry(field: FormField, key: string, before: PdfObject): LaterChanges {
    if (field.type === 'Sig') {
      // A widget without a name of its own bears the name of its field, which holds the value.
      return !this.#signed.has(field.name) && ['V', 'AP', 'AS', 'MK', 'F', 'DA'].includes(key) ? 'signatures' : 'other'
    }
    if (!['V', 'AP', 'AS', 'MK', 'RV', 'Ff'].includes(key) || (key === 'V' && before instanceof PdfRef)) return 'other'
    this.fields.add(field.name)
    return 'forms'
  }

  #isSignatureField(item: PdfObject): boolean {
    const dict = this.#later.resolve(item)
    if (!(dict instanceof PdfDict)) return false
    const type = this.#later.get(dict, 'FT') ?? this.#later.get(this.#later.dictOf(dict.get('Parent')) ?? dict, 'FT')
    return type instanceof PdfName && type.value === 'Sig'
  }
}

/**
 * Numbers whose object stands elsewhere now. The same place is the same object, as the earlier file is a prefix of
 * the later one; inside an object stream only while that stream stays, and one that changes is a change of its own.
 */
function changedObjects(earlier: PdfDocument, later: PdfDocument): number[] {
  return [...earlier.xref.table.entries()]
    .filter(([number, entry]) => entry.kind !== 'free' && !samePlace(entry, later.xref.table.get(number)))
    .map(([number]) => number)
}

function samePlace(one: XrefEntry, other: XrefEntry | undefined): boolean {
  if (one.kind === 'plain') return other?.kind === 'plain' && one.offset === other.offset && one.generation === other.generation
  return one.kind === 'compressed' && other?.kind === 'compressed' && one.container === other.container && one.index === other.index
}

/** Cross-reference streams are the file's own, and name nothing that is shown. */
function isCrossReference(object: PdfObject): boolean {
  const type = object instanceof PdfStream ? object.dict.get('Type') : undefined
  return type instanceof PdfName && type.value === 'XRef'
}

/** As written: references are the same when their numbers are, as what they refer to is judged by itself. */
function same(one: PdfObject, other: PdfObject): boolean {
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

function worst(found: readonly LaterChanges[]): LaterChanges {
  return laterChanges[Math.max(0, ...found.map((change) => laterChanges.indexOf(change)))] ?? 'other'
}
