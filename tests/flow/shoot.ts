import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import type { Browser } from '../../demo/office/browser.ts'

const folder = process.env['ANTIN_SCREENSHOTS']

/** In CSS pixels, as the browser opens them. */
const sizes: Record<string, { width: number; height: number }> = {
  popup: { width: 400, height: 600 },
  sidepanel: { width: 380, height: 640 },
  options: { width: 900, height: 600 },
  welcome: { width: 900, height: 560 },
}

/** Keeps a picture of a window as the flow shows it, where ANTIN_SCREENSHOTS names a folder (`npm run screenshots`). */
export async function shoot(page: Page, name: string): Promise<void> {
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  const [window = ''] = /(?<=\/)\w+(?=\.html)/.exec(page.url()) ?? []
  const isSettings = window === 'options' || window === 'welcome'
  await page.setViewportSize(sizes[window] ?? { width: 1080, height: 800 })
  await page.waitForFunction(thumbnailsAreDrawn)
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme })
    await page.screenshot({ path: path.join(folder, scheme === 'light' ? `${name}.png` : `${name}-dark.png`), animations: 'disabled', fullPage: isSettings })
  }
  await page.emulateMedia({ colorScheme: null })
}

/** The same of a page of the extension that no test opens, once `words` stand in it. */
export async function shootOwn({ context, extensionId }: Browser, file: 'options.html' | 'welcome.html', words: RegExp, name: string): Promise<void> {
  if (folder === undefined) return
  const page = await context.newPage()
  await page.goto(`chrome-extension://${extensionId}/${file}`)
  await page.getByText(words).first().waitFor()
  await shoot(page, name)
  await page.close()
}

/** Runs in the page. A window that has just become higher has more rows in sight, whose pictures are drawn then. */
function thumbnailsAreDrawn(): boolean {
  const inSight = [...document.querySelectorAll('.seeable .thumbnail')].filter((place) => {
    const { top, bottom } = place.getBoundingClientRect()
    return bottom > 0 && top < innerHeight
  })
  return inSight.every((place) => place.querySelector('img')?.complete === true)
}
