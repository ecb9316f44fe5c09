import { RefusalError } from '../../shared/errors.ts'
import { fieldsOf } from '../pdf/form-fields.ts'
import type { FormField } from '../pdf/form-fields.ts'
import { PdfDict, PdfRef } from '../pdf/objects.ts'
import type { PdfObject } from '../pdf/objects.ts'
import type { PdfDocument } from '../pdf/open-document.ts'
import { signaturesOf } from '../pdf/signatures.ts'
import type { SignatureInFile } from '../pdf/signatures.ts'
import { heldObjects, refersToAny } from './held-objects.ts'
import { hiddenLinks, isCrossReference, objectOf } from './hidden-links.ts'
import type { HiddenLinks } from './hidden-links.ts'
import { Places } from './object-places.ts'
import { evidenceOf, rolesOf } from './object-roles.ts'
import type { Role, Roles } from './object-roles.ts'
import { hasPlainTrailer, hidesObject } from './object-text.ts'
import { laterChanges } from './report.ts'
import type { LaterChanges } from './report.ts'
import { same } from './same-object.ts'
import { SignatureWidgets } from './signature-widgets.ts'

export interface RevisionDifference {
  readonly changes: LaterChanges
  /** Full names of fields that were filled in, signed, or whose look changed, and of new signature fields that show. */
  readonly fields: readonly string[]
}

/**
 * What `later` changed of `earlier`, whose bytes it begins with. Only objects that the earlier revision had are
 * looked at: a new one means nothing until an old one refers to it, and each old one may change only in ways
 * that are listed here. Everything unlisted is 'other'.
 * @param author `anyone` also looks for objects that play two parts, as shadow attacks need them. That takes a walk
 * through the whole earlier revision, which our own appended revision is spared.
 * @param signed object numbers of the fields in `later` whose signatures are intact
 */
export function compareRevisions(
  earlier: PdfDocument,
  later: PdfDocument,
  author: Author,
  signed: ReadonlySet<number> = signedFields(signaturesOf(later)),
): RevisionDifference {
  if (author === 'ourselves') return differenceOf(earlier, later, author, signed)
  try {
    return differenceOf(earlier, later, author, signed)
  } catch (thrown) {
    // What cannot be read cannot be compared.
    if (thrown instanceof RefusalError) return unlike
    throw thrown
  }
}

const unlike: RevisionDifference = { changes: 'other', fields: [] }

type Author = 'anyone' | 'ourselves'

function differenceOf(earlier: PdfDocument, later: PdfDocument, author: Author, signed: ReadonlySet<number>): RevisionDifference {
  const sameFrame = ['Root', 'Encrypt'].every((key) => same(earlier.trailer.get(key) ?? null, later.trailer.get(key) ?? null))
  if (!sameFrame || areRepaired(earlier, later) || earlier.xref.base !== later.xref.base) return unlike
  // Of two places for one object that one section names, some readers take the other one.
  if (later.xref.ambiguous.some((offset) => offset >= earlier.source.sizeBytes)) return unlike
  // What we write ourselves needs no second look.
  if (author === 'anyone' && (!hasPlainTrailer(later) || hidesObject(earlier, later))) return unlike
  const comparison = new Comparison(earlier, later, author, signed)
  const changes = comparison.changes()
  // A table that proved wrong on the way makes another document of it.
  return areRepaired(earlier, later) ? unlike : { changes, fields: [...comparison.fields] }
}

function areRepaired(...documents: PdfDocument[]): boolean {
  return documents.some(({ repaired }) => repaired)
}

export function signedFields(signatures: readonly SignatureInFile[]): ReadonlySet<number> {
  return new Set(signatures.flatMap(({ fieldRef }) => (fieldRef === undefined ? [] : [fieldRef.number])))
}

class Comparison {
  readonly fields = new Set<string>()
  readonly #earlier: PdfDocument
  readonly #later: PdfDocument
  readonly #author: Author
  readonly #roles: Roles
  readonly #widgets: SignatureWidgets
  readonly #signedBefore: ReadonlySet<string>
  readonly #evidence: ReadonlySet<number>
  readonly #places: Places
  #links: HiddenLinks | undefined
  #held: ReadonlySet<number> | undefined

  constructor(earlier: PdfDocument, later: PdfDocument, author: Author, signed: ReadonlySet<number>) {
    this.#earlier = earlier
    this.#later = later
    this.#author = author
    this.#roles = rolesOf(earlier)
    this.#widgets = new SignatureWidgets(later, signed)
    this.#evidence = evidenceOf(earlier)
    this.#signedBefore = new Set(fieldsOf(earlier).filter(({ dict }) => earlier.get(dict, 'V') !== null).map(({ name }) => name))
    this.#places = new Places(earlier, later)
  }

  changes(): LaterChanges {
    const changed = this.#places.changed()
    const found = worst(changed.map((number) => this.#changeOf(number)))
    if (found === 'other' || !samePages(this.#earlier, this.#later)) return 'other'
    return this.#author === 'anyone' && this.#takesDanglingNumber(changed) ? 'other' : found
  }

  #changeOf(number: number): LaterChanges {
    const [before, after] = [objectOf(this.#earlier, number), objectOf(this.#later, number)]
    // What comes of it is looked for among the dangling numbers. We ourselves fill no such place.
    if (before === null) return this.#author === 'anyone' ? 'none' : 'other'
    if (!this.#places.isPlain(number)) return 'other'
    if (same(before, after)) return 'none'
    const roles = this.#roles.get(number)
    if (roles !== undefined) {
      if (this.#author === 'anyone' && this.#isHeld(number)) return 'other'
      return worst(roles.map((role) => this.#roleChange(role, before, after)))
    }
    return (this.#evidence.has(number) || isCrossReference(before)) && !this.#isHeld(number) ? 'none' : 'other'
  }

  /** A number that is written as `null` does not exist either. */
  #takesDanglingNumber(changed: readonly number[]): boolean {
    const exists = (number: number) => objectOf(this.#later, number) !== null
    const appeared = new Set(changed.filter((number) => objectOf(this.#earlier, number) === null && exists(number)))
    for (const number of this.#places.added()) appeared.add(number)
    return appeared.size > 0 && refersToAny(this.#earlier, appeared, this.#hiddenLinks())
  }

  #isHeld(number: number): boolean {
    this.#held ??= heldObjects(this.#earlier, this.#roles, this.#hiddenLinks())
    return this.#held.has(number)
  }

  #hiddenLinks(): HiddenLinks {
    this.#links ??= hiddenLinks(this.#earlier)
    return this.#links
  }

  #roleChange(role: Role, before: PdfObject, after: PdfObject): LaterChanges {
    switch (role.kind) {
      case 'catalog':
        return this.#entries(before, after, (key, one, other) => this.#catalogEntry(key, one, other))
      case 'page':
        return this.#entries(before, after, (key, one, other) => (key === 'Annots' ? this.#annotations(one, other) : 'other'))
      case 'page-tree':
        return 'other'
      case 'annotations':
        return this.#annotations(before, after)
      case 'form':
        return this.#form(before, after)
      case 'fields':
        return this.#fieldList(before, after)
      case 'form-resources':
        return 'forms'
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
    return this.#form(this.#earlier.resolve(one), this.#now(other))
  }

  #form(before: PdfObject, after: PdfObject): LaterChanges {
    return this.#entries(before ?? new PdfDict(), after, (key, one, other) => {
      if (key === 'Fields') return this.#fieldList(this.#earlier.resolve(one), this.#now(other))
      if (key === 'SigFlags') return 'none'
      return ['DR', 'DA', 'NeedAppearances'].includes(key) ? 'forms' : 'other'
    })
  }

  /** What is referred to in place of what was there; `null` where readers may differ about it, which is no change that is allowed. */
  #now(object: PdfObject): PdfObject {
    return this.#isPlain(object) ? this.#later.resolve(object) : null
  }

  #isPlain(object: PdfObject): boolean {
    return !(object instanceof PdfRef) || this.#places.isPlain(object.number)
  }

  /** Signature fields may be added; none may go, and none may move. */
  #fieldList(before: PdfObject, after: PdfObject): LaterChanges {
    return this.#additions(before, after, (item) => (this.#widgets.isField(item) && this.#isPlain(item) ? 'signatures' : 'other'))
  }

  #annotations(one: PdfObject, other: PdfObject): LaterChanges {
    return this.#additions(this.#earlier.resolve(one), this.#now(other), (item) => {
      if (this.#widgets.isWidget(item) && this.#isPlain(item)) {
        const shown = this.#widgets.shownName(item)
        if (shown !== undefined) this.fields.add(shown)
        return 'signatures'
      }
      return this.#later.resolve(item) instanceof PdfDict ? 'annotations' : 'other'
    })
  }

  /** What may come behind what is there, `judge` says. */
  #additions(before: PdfObject, after: PdfObject, judge: (item: PdfObject) => LaterChanges): LaterChanges {
    const [old, now] = [before ?? [], after]
    if (!Array.isArray(old) || !Array.isArray(now) || !old.every((item, index) => same(item, now[index] ?? null))) return 'other'
    return worst(now.slice(old.length).map(judge))
  }

  #fieldEntry(field: FormField, key: string, before: PdfObject): LaterChanges {
    if (field.type === 'Sig') {
      // A widget without a name of its own bears the name of its field, which holds the value.
      if (this.#signedBefore.has(field.name) || !['V', 'AP', 'AS', 'MK', 'F', 'DA'].includes(key)) return 'other'
      if (field.ref === undefined || !this.#widgets.isSigned(field.ref.number)) return 'annotations'
      this.fields.add(field.name)
      return 'signatures'
    }
    if (!['V', 'AP', 'AS', 'MK', 'RV', 'Ff'].includes(key) || (key === 'V' && before instanceof PdfRef)) return 'other'
    this.fields.add(field.name)
    return 'forms'
  }
}

/** The same pages in the same order, as they are numbered. */
function samePages(earlier: PdfDocument, later: PdfDocument): boolean {
  if (earlier.pageCount !== later.pageCount) return false
  for (let index = 0; index < earlier.pageCount; index++) if (!same(earlier.page(index).ref, later.page(index).ref)) return false
  return true
}

function worst(found: readonly LaterChanges[]): LaterChanges {
  return laterChanges[Math.max(0, ...found.map((change) => laterChanges.indexOf(change)))] ?? 'other'
}
