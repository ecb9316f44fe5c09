import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { chromium, type Browser, type Page } from 'playwright-core'
import { rolldown } from 'rolldown'

const here = import.meta.dirname
const uiFolder = path.resolve(here, '../../../extension/ui')

/** Every window with the look, in one page that needs no extension; the address after # names scene and language. */
export async function buildGallery(folder: string): Promise<string> {
  const bundle = await rolldown({ input: path.join(here, 'gallery-page.tsx'), platform: 'browser' })
  const { output } = await bundle.generate({ format: 'iife' })
  await bundle.close()
  const names = (await readdir(uiFolder)).filter((name) => name.endsWith('.css')).toSorted(lookFirst)
  const look = await Promise.all(names.map((name) => readFile(path.join(uiFolder, name), 'utf8')))
  const file = path.join(folder, 'gallery.html')
  await writeFile(file, `<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>gallery</title><style>${look.join('\n')}</style></head><body><script>${output[0].code.replaceAll('</script', '<\\/script')}</script></body></html>`)
  return file
}

export async function openBrowser(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
  return chromium.launch({ executablePath: '/usr/bin/chromium', args })
}

/** The width and height in CSS pixels that a window usually has. */
export function sizeOf(scene: string): { width: number; height: number } {
  if (scene.startsWith('popup')) return { width: 400, height: 600 }
  if (scene.startsWith('panel')) return { width: 380, height: 900 }
  if (scene === 'options-images' || scene === 'options-sites-fixed') return { width: 900, height: 1720 }
  if (scene.endsWith('narrow')) return { width: 640, height: 780 }
  return scene.startsWith('sign') ? { width: 1080, height: 780 } : { width: 900, height: 860 }
}

export async function sceneNames(page: Page, file: string): Promise<string[]> {
  await page.goto(`file://${file}`)
  const names = await page.evaluate(() => document.documentElement.dataset['scenes'])
  if (!names) throw new Error('the gallery page has no scenes')
  return names.split(' ')
}

export async function showScene(page: Page, file: string, scene: string, language: string): Promise<void> {
  await page.setViewportSize(sizeOf(scene))
  const address = `file://${file}#${scene}/${language}`
  await page.goto(address)
  await page.waitForFunction((name) => document.title === name, scene)
  if (/^sign-(preview|places)/.test(scene) && !scene.endsWith('failed')) await page.locator('.sheet canvas').first().waitFor()
}

function lookFirst(a: string, b: string): number {
  const order = ['look.css', 'parts.css', 'notices.css']
  return (order.indexOf(a) + 1 || 99) - (order.indexOf(b) + 1 || 99)
}

async function takePictures(out: string, only: string): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'antin-gallery-'))
  const browser = await openBrowser()
  try {
    const file = await buildGallery(folder)
    await mkdir(out, { recursive: true })
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ colorScheme, deviceScaleFactor: 1.5 })
      const names = await sceneNames(page, file)
      for (const name of names.filter((candidate) => candidate.includes(only))) {
        for (const language of ['vi', 'en']) {
          await showScene(page, file, name, language)
          await page.screenshot({ path: path.join(out, `${name}-${language}-${colorScheme}.png`) })
        }
      }
      await page.close()
    }
  } finally {
    await browser.close()
    await rm(folder, { recursive: true })
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string' }, only: { type: 'string', default: '' } } })
  if (!values.out) throw new Error('usage: node tests/extension/ui/gallery.ts --out DIR [--only WORD]')
  await takePictures(values.out, values.only)
}
