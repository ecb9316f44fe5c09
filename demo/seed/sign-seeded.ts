import { PDFArray, PDFDict, PDFDocument, PDFName, PDFRef, PDFString } from 'pdf-lib'
import type { PDFContext } from 'pdf-lib'
import { appearanceOf } from './appearance.ts'
import type { Appearance } from './appearance.ts'
import { appendRevision, reserveNumbers } from './append-revision.ts'
import type { ChangedObject } from './append-revision.ts'
import type { Composition } from './compose.ts'
import { signDetached } from './detached-cms.ts'
import type { SeedKey } from './detached-cms.ts'
import type { Recipe, SignatureRecipe } from './recipe.ts'

/** What the field's tools reserve for the container, bytes. */
const reserveBytes = 12_384
const emptyRange = '[0 0000000000 0000000000 0000000000]'

/** One signature as a revision of its own (ISO 32000-1, 12.8), visible where the rule wants it. */
export async function signSeeded(
  original: Uint8Array, recipe: Recipe, composition: Composition, signature: SignatureRecipe, ordinal: number, key: SeedKey,
): Promise<Buffer> {
  const pdf = await PDFDocument.load(original, { updateMetadata: false })
  reserveNumbers(pdf.context, original)
  const appearance = appearanceOf(pdf.context, recipe, composition, signature)
  const value = { ref: pdf.context.nextRef(), content: signatureDictionary(signature) }
  const changed: ChangedObject[] = [
    ...appearance.objects, value, ...addField(pdf, appearance, value.ref, ordinal), ...(signature.certifies ? certify(pdf, value.ref) : []),
  ]
  const once = [...new Map(changed.map((object) => [object.ref.objectNumber, object])).values()]
  return fill(appendRevision(original, pdf.context, once), key)
}

function signatureDictionary({ holder, organisation, place, at, certifies }: SignatureRecipe): string {
  const reference = '/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P 2 /V /1.2 >> >>]'
  return `<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached ${certifies ? reference : ''}
/Reason ${textString(`${holder} đã ký lên văn bản này!`)} /Location ${textString(place)}
/Name ${textString(holder)} /ContactInfo ${textString(organisation)}
/M (${pdfDate(at)}) /ByteRange ${emptyRange} /Contents <${'0'.repeat(reserveBytes * 2)}> >>`
}

/** UTF-16BE with its mark, as a hexadecimal string. */
function textString(text: string): string {
  return `<feff${Buffer.from(text, 'utf16le').swap16().toString('hex')}>`
}

function pdfDate(at: string): string {
  const vietnam = new Date(Date.parse(at) + 7 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14)
  return `D:${vietnam}+07'00'`
}

/** The field and its widget in one, listed in the form and on its page. */
function addField(pdf: PDFDocument, { page: pageIndex, rect, objects }: Appearance, value: PDFRef, ordinal: number): ChangedObject[] {
  const { context, catalog } = pdf
  const page = pdf.getPage(pageIndex)
  const form = objects.at(-1)
  if (form === undefined) throw new Error('an appearance has a form')
  const field = context.nextRef()
  const widget = context.obj({
    Type: 'Annot', Subtype: 'Widget', FT: 'Sig', T: PDFString.of(`Signature${ordinal}`), F: 132,
    Rect: rect, P: page.ref, V: value, AP: { N: form.ref },
  })
  const annotations = page.node.lookupMaybe(PDFName.of('Annots'), PDFArray)?.asArray() ?? []
  page.node.set(PDFName.of('Annots'), context.obj([...annotations, field]))
  const fields = catalog.lookupMaybe(PDFName.of('AcroForm'), PDFDict)?.lookupMaybe(PDFName.of('Fields'), PDFArray)?.asArray() ?? []
  catalog.set(PDFName.of('AcroForm'), context.obj({ SigFlags: 3, Fields: [...fields, field] }))
  return [{ ref: field, content: widget }, { ref: page.ref, content: page.node }, { ref: rootOf(context), content: catalog }]
}

function certify({ context, catalog }: PDFDocument, value: PDFRef): ChangedObject[] {
  catalog.set(PDFName.of('Perms'), context.obj({ DocMDP: value }))
  return [{ ref: rootOf(context), content: catalog }]
}

function rootOf(context: PDFContext): PDFRef {
  if (context.trailerInfo.Root instanceof PDFRef) return context.trailerInfo.Root
  throw new Error('the file has no catalog')
}

/** Writes the true ByteRange over the empty one, signs what it covers, and fills the hole. */
function fill(file: Buffer, key: SeedKey): Buffer {
  const hole = file.indexOf(`<${'0'.repeat(64)}`, file.lastIndexOf('/Contents'))
  const after = hole + reserveBytes * 2 + 2
  const range = `[0 ${hole} ${after} ${file.length - after}]`
  file.write(range.padEnd(emptyRange.length), file.lastIndexOf(emptyRange), 'latin1')
  const container = signDetached(Buffer.concat([file.subarray(0, hole), file.subarray(after)]), key)
  if (container.length > reserveBytes) throw new Error(`the container of ${container.length} bytes does not fit`)
  file.write(container.toString('hex'), hole + 1, 'latin1')
  return file
}
