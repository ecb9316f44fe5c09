import { fieldsOf } from '../pdf/form-fields.ts'
import type { FormField } from '../pdf/form-fields.ts'
import { isName, PdfRef } from '../pdf/objects.ts'
import type { PdfDict, PdfObject } from '../pdf/objects.ts'
import type { PdfDocument } from '../pdf/open-document.ts'

/** The signature fields of the later revision, and what of them may come after a signature. */
export class SignatureWidgets {
  readonly #document: PdfDocument
  readonly #fields: ReadonlyMap<number, FormField>
  readonly #signed: ReadonlySet<number>
  readonly #placed = new Set<number>()

  /** @param signed object numbers of the fields whose signatures are intact */
  constructor(document: PdfDocument, signed: ReadonlySet<number>) {
    this.#document = document
    this.#signed = signed
    const fields = fieldsOf(document).filter(({ type, name }) => type === 'Sig' && name !== '')
    this.#fields = new Map(fields.flatMap((field) => (field.ref === undefined ? [] : [[field.ref.number, field]])))
  }

  /** A root of the field tree that signs. */
  isField(item: PdfObject): boolean {
    return item instanceof PdfRef && (this.#fields.get(item.number)?.partialName ?? '') !== ''
  }

  /** The name of the field whose widget has an area to show something in. One that does not, as of a document time stamp, disturbs no lock. */
  shownName(item: PdfObject): string | undefined {
    const field = item instanceof PdfRef ? this.#fields.get(item.number) : undefined
    return field === undefined || this.#isEmpty(field.dict.get('Rect')) || !field.dict.has('Rect') ? undefined : field.name
  }

  /** A widget of such a field, in one place, that is signed or draws and does nothing. */
  isWidget(item: PdfObject): boolean {
    const field = item instanceof PdfRef ? this.#fields.get(item.number) : undefined
    if (!(item instanceof PdfRef) || field === undefined || this.#placed.has(item.number)) return false
    this.#placed.add(item.number)
    if (!isName(this.#document.get(field.dict, 'Subtype'), 'Widget')) return false
    return this.isSigned(item.number) || this.#isBlank(field.dict)
  }

  /** Whether an intact signature answers for what the widget looks like: its own, or of the field that it has no name beside. */
  isSigned(number: number): boolean {
    const field = this.#fields.get(number)
    const parent = field?.partialName === undefined ? field?.dict.get('Parent') : undefined
    return this.#signed.has(number) || (parent instanceof PdfRef && this.#signed.has(parent.number))
  }

  #isBlank(dict: PdfDict): boolean {
    const lacks = (key: string) => this.#document.get(dict, key) === null
    return lacks('A') && lacks('AA') && ((lacks('AP') && lacks('MK')) || this.#isEmpty(dict.get('Rect')))
  }

  #isEmpty(rect: PdfObject | undefined): boolean {
    const corners = (this.#document.arrayOf(rect) ?? []).map((corner) => this.#document.resolve(corner))
    return corners.length === 4 && (corners[0] === corners[2] || corners[1] === corners[3]) && corners.every(Number.isFinite)
  }
}
