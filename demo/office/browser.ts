import { existsSync } from 'node:fs'
import path from 'node:path'
import { chromium, type BrowserContext, type Worker } from 'playwright-core'

/** A real browser with the real extension loaded. */
export interface Browser {
  context: BrowserContext
  extensionId: string
  worker(): Promise<Worker>
  close(): Promise<void>
}

export const demoExtension = path.resolve(import.meta.dirname, '../../.output/chrome-mv3-demo')

const programs = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/snap/bin/chromium',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/microsoft-edge',
  '/usr/bin/microsoft-edge-stable',
]

export function findBrowser(): string | undefined {
  return programs.find((program) => existsSync(program))
}

export interface BrowserOptions {
  profile: string
  headless: boolean
  language?: 'vi' | 'en'
  extension?: string
  /** A file to which the browser writes every request of its own network stack. */
  netLog?: string
}

export async function openBrowser({ profile, headless, language = 'vi', extension = demoExtension, netLog }: BrowserOptions): Promise<Browser> {
  const executablePath = findBrowser()
  if (executablePath === undefined) throw new Error('Chromium is not installed: apt-get install chromium chromium-l10n')
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless,
    viewport: headless ? { width: 1280, height: 900 } : null,
    // Where the system names no language at all, Chromium reads no file whose name goes beyond ASCII.
    env: { LANG: 'C.UTF-8', ...process.env, LANGUAGE: language },
    acceptDownloads: true,
    ignoreDefaultArgs: ['--disable-extensions'],
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...(headless ? ['--disable-gpu'] : []),
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--enable-unsafe-extension-debugging',
      `--lang=${language}`,
      ...(netLog === undefined ? [] : [`--log-net-log=${netLog}`]),
    ],
  })
  const extensionId = await loadExtension(context, extension)
  const isOurs = (worker: Worker): boolean => worker.url().startsWith(`chrome-extension://${extensionId}/`)
  const worker = async (): Promise<Worker> =>
    context.serviceWorkers().find(isOurs) ?? (await context.waitForEvent('serviceworker', { predicate: isOurs }))
  await worker()
  return { context, extensionId, worker, close: () => context.close() }
}

/**
 * Over the DevTools protocol, because branded Chrome and Edge refuse `--load-extension` since version 137.
 * @returns the id of the extension
 */
async function loadExtension(context: BrowserContext, folder: string): Promise<string> {
  const session = await context.browser()?.newBrowserCDPSession()
  if (session === undefined) throw new Error('the browser does not answer the DevTools protocol')
  // playwright-core types only the stable part of the protocol.
  const send = session.send.bind(session) as unknown as (method: string, parameters: object) => Promise<{ id: string }>
  const { id } = await send('Extensions.loadUnpacked', { path: folder })
  return id
}
