import { PDFDocument } from 'pdf-lib'
import type { Authority } from '../authority/authority.ts'
export function drawRecipes(_authority: Authority | string): (recipe: string) => Promise<Uint8Array> {
  return async () => { const pdf = await PDFDocument.create(); pdf.addPage(); return await pdf.save() }
}
