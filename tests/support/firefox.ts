import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { firefoxExtensionId } from '../../shared/protocol/extension-ids.ts'
import { BidiSession } from './bidi.ts'
import { FirefoxPage, type Wanted } from './firefox-page.ts'

const programs = ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/snap/bin/firefox']

export function findFirefox(): string | undefined {
  return programs.find((program) => existsSync(program))
}

interface Tree {
  contexts: { context: string; url: string }[]
}

export interface FirefoxOptions {
  profile: string
  /** The folder of the built extension. */
  extension: string
  /** Where downloads go. */
  downloads?: string
}

/** A real Firefox without a window, driven over WebDriver BiDi, with the real extension as a temporary add-on. */
export class Firefox {
  /** Of the extension in this profile: `moz-extension://…`. */
  readonly extensionOrigin: string
  readonly #session: BidiSession
  readonly #process: ChildProcess

  private constructor(session: BidiSession, process: ChildProcess, extensionOrigin: string) {
    this.#session = session
    this.#process = process
    this.extensionOrigin = extensionOrigin
  }

  static async open({ profile, extension, downloads }: FirefoxOptions): Promise<Firefox> {
    const program = findFirefox()
    if (program === undefined) throw new Error('Firefox is not installed: apt-get install firefox-esr')
    const uuid = randomUUID()
    writeProfile(profile, uuid, downloads)
    const words = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0', '--remote-allow-system-access']
    const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, MOZ_HEADLESS_WIDTH: '1280', MOZ_HEADLESS_HEIGHT: '900' } })
    const session = await BidiSession.open(await listeningAt(child))
    await session.send('session.subscribe', { events: ['browsingContext.navigationCommitted', 'browsingContext.load'] })
    const firefox = new Firefox(session, child, `moz-extension://${uuid}`)
    await session.send('webExtension.install', { extensionData: { type: 'path', path: extension } })
    return firefox
  }

  /** A new tab with this address, behind the one in front. */
  async newPage(url: string): Promise<FirefoxPage> {
    const { context } = await this.#session.send<{ context: string }>('browsingContext.create', { type: 'tab', background: true })
    const page = new FirefoxPage(this.#session, context)
    await page.goto(url)
    return page
  }

  /** The next page that opens at an address with this in it, by whatever `act` does. */
  async opened(part: string, act: () => Promise<void>): Promise<FirefoxPage> {
    const page = this.#nextPage(part)
    await act()
    return page
  }

  /** The pages that are open at an address with this in it. */
  async pages(part: string): Promise<FirefoxPage[]> {
    const { contexts } = await this.#session.send<Tree>('browsingContext.getTree', { maxDepth: 0 })
    return contexts.filter(({ url }) => url.includes(part)).map(({ context }) => new FirefoxPage(this.#session, context))
  }

  /** Waits for an element of the page that a click leads to: the page that it is looked for on may go meanwhile. */
  async settled(page: FirefoxPage, wanted: Wanted): Promise<void> {
    for (;;) {
      const left = once(this.#session.events, 'browsingContext.load')
      const found = await Promise.race([page.find(wanted).then(() => true, () => false), left.then(() => false)])
      if (found) return
    }
  }

  /** Runs a function in the browser's own window, where its prompts and its sidebar stand. */
  async inBrowser<Arguments extends unknown[], Result>(work: (...words: Arguments) => Result | Promise<Result>, ...words: Arguments): Promise<Result> {
    const { contexts } = await this.#session.send<Tree>('browsingContext.getTree', { 'maxDepth': 0, 'moz:scope': 'chrome' })
    const window = contexts.find(({ url }) => url.endsWith('/browser.xhtml'))
    if (window === undefined) throw new Error('Firefox shows no window')
    return new FirefoxPage(this.#session, window.context).evaluate(work, ...words)
  }

  /** Ends the extension's event page, as Firefox does when nothing happened for a while. */
  async endEventPage(): Promise<void> {
    await this.inBrowser(endBackground, firefoxExtensionId)
  }

  async close(): Promise<void> {
    const ended = once(this.#process, 'exit')
    await this.#session.send('browser.close', {}).catch(() => this.#process.kill())
    await ended
    this.#session.close()
  }

  #nextPage(part: string): Promise<FirefoxPage> {
    const { events } = this.#session
    return new Promise((resolve) => {
      const loaded = ({ context, url }: { context: string; url: string }): void => {
        if (!url.includes(part)) return
        events.off('browsingContext.navigationCommitted', loaded)
        resolve(new FirefoxPage(this.#session, context))
      }
      events.on('browsingContext.navigationCommitted', loaded)
    })
  }
}

/** Runs in the browser's window, with the rights of the browser itself. */
async function endBackground(id: string): Promise<void> {
  const { WebExtensionPolicy } = globalThis as unknown as {
    WebExtensionPolicy: { getByID(id: string): { extension: { terminateBackground(how: object): Promise<void> } } }
  }
  await WebExtensionPolicy.getByID(id).extension.terminateBackground({ ignoreDevToolsAttached: true, disableResetIdleForTest: true })
}

function writeProfile(profile: string, uuid: string, downloads: string | undefined): void {
  mkdirSync(profile, { recursive: true })
  const preferences: Record<string, unknown> = {
    'extensions.webextensions.uuids': JSON.stringify({ [firefoxExtensionId]: uuid }),
    'browser.aboutwelcome.enabled': false,
    'browser.startup.page': 0,
    'browser.shell.checkDefaultBrowser': false,
    'datareporting.policy.dataSubmissionEnabled': false,
    'toolkit.telemetry.enabled': false,
    'app.update.enabled': false,
    'extensions.update.enabled': false,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'browser.safebrowsing.malware.enabled': false,
    'browser.safebrowsing.phishing.enabled': false,
    // A prompt answers at once; for people it waits a moment, so that nobody presses it by accident.
    'security.notification_enable_delay': 0,
    ...(downloads === undefined ? {} : { 'browser.download.folderList': 2, 'browser.download.dir': downloads, 'browser.download.alwaysOpenPanel': false }),
  }
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`)
  writeFileSync(path.join(profile, 'user.js'), `${lines.join('\n')}\n`)
}

/** The address that Firefox prints when its remote agent is there. */
async function listeningAt({ stderr }: ChildProcess): Promise<string> {
  if (stderr === null) throw new Error('Firefox has no standard error')
  const printed: string[] = []
  for await (const line of createInterface({ input: stderr })) {
    const [, address] = /WebDriver BiDi listening on (ws:\S+)/.exec(line) ?? []
    if (address !== undefined) {
      stderr.resume()
      return address
    }
    printed.push(line)
  }
  throw new Error(`Firefox ended before it listened: ${printed.join('\n')}`)
}
