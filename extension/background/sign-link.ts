import { orLate } from '../link/or-late.ts'
import type { Background } from './background.ts'
import { sourceOf } from './commands.ts'
import { originOf } from './sites.ts'
import { linkedDocument, toCursor } from './sign-choice.ts'

/** Tokens may need seconds to be listed. */
const keysMs = 5_000

type SignLinkParts = Pick<Background, 'browser' | 'commands' | 'settings' | 'keys'>

/** Signs the one document behind a link. Where something has to be chosen or set up first, the toolbar's window opens instead. */
export async function signLink({ browser, commands, settings, keys }: SignLinkParts, choice: { tabId: number; url: string; frameId: number }): Promise<void> {
  try {
    const found = await commands.find(choice.tabId)
    const listed = keys.next()
    await commands.carryOut({ kind: 'refresh' })
    await orLate(listed, keysMs)
    const certificate = keys.usualFor(settings.lastCertificate[found.site]?.approve)
    if (!found.listed || certificate === undefined || originOf(choice.url) === undefined) throw new Error('the clerk has to choose')
    const document = linkedDocument(found, choice.url, choice.frameId)
    await commands.open(sourceOf(found, { profile: 'approve', certificateSha256: certificate.sha256 }), [toCursor(document)])
  } catch {
    // The toolbar's window shows what is missing, and offers the next step.
    await browser.action.openPopup()
  }
}
