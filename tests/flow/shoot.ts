import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'

/** Keeps a picture of a window as the flow shows it, where ANTIN_SCREENSHOTS names a folder (`npm run screenshots`). */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env['ANTIN_SCREENSHOTS']
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  const narrow = page.url().includes('popup.html') || page.url().includes('sidepanel.html')
  await page.setViewportSize(narrow ? { width: 420, height: 640 } : { width: 1080, height: 800 })
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme })
    await page.screenshot({ path: path.join(folder, scheme === 'light' ? `${name}.png` : `${name}-dark.png`), animations: 'disabled' })
  }
  await page.emulateMedia({ colorScheme: null })
}
