import { PDFDocument } from 'pdf-lib'
import { createAuthority } from '../authority/authority.ts'
import type { Authority } from '../authority/authority.ts'
import { compose } from './compose.ts'
import { openSeedKey } from './detached-cms.ts'
import type { SeedKey } from './detached-cms.ts'
import { drawPicturePdf, drawTextPdf } from './draw-pdf.ts'
import type { Recipe, SignatureRecipe } from './recipe.ts'
import { scanPages } from './scan.ts'
import { signSeeded } from './sign-seeded.ts'

/**
 * Makes the bytes of seeded files from their recipes.
 *
 * @param authority who certifies their signatures, or the folder of its own to keep one in
 */
export function drawRecipes(authority: Authority | string): (recipe: string) => Promise<Uint8Array> {
  const keyOf = keepKeys(authority)
  return async (json) => {
    const recipe = JSON.parse(json) as Recipe
    const composition = compose(recipe)
    const { year, month, day } = recipe.date
    const at = new Date(Date.UTC(year, month - 1, day, 1)).toISOString()
    const properties = { title: recipe.title, author: recipe.agency, at }
    const drawn = recipe.medium === 'text'
      ? await drawTextPdf(composition.pages, properties)
      : await drawPicturePdf(scanPages(composition.pages, recipe.seed, recipe.medium === 'scan-ocr'), properties)
    let bytes = recipe.crossReference === 'stream' ? await withObjectStreams(drawn) : drawn
    for (const [index, signature] of recipe.signatures.entries()) {
      bytes = await signSeeded(bytes, recipe, composition, signature, index + 1, await keyOf(signature))
    }
    return bytes
  }
}

async function withObjectStreams(bytes: Uint8Array): Promise<Uint8Array> {
  const pdf = await PDFDocument.load(bytes, { updateMetadata: false })
  return await pdf.save({ useObjectStreams: true, addDefaultPage: false, updateFieldAppearances: false })
}

/** One certificate for each holder, made when the first of their signatures is. */
function keepKeys(authority: Authority | string): (signature: SignatureRecipe) => Promise<SeedKey> {
  let opened: Promise<Authority> | null = null
  const keys = new Map<string, Promise<SeedKey>>()
  const issue = async ({ kind, holder, organisation, place }: SignatureRecipe): Promise<SeedKey> => {
    opened ??= typeof authority === 'string' ? createAuthority(authority) : Promise.resolve(authority)
    const profile = kind === 'leader' ? 'leader' : kind === 'initials' ? 'clerk' : 'agency'
    return openSeedKey(await (await opened).issue({ profile, name: holder, organisation, locality: place }))
  }
  return (signature) => {
    const known = keys.get(signature.holder) ?? issue(signature)
    keys.set(signature.holder, known)
    return known
  }
}
