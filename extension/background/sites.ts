import type { Browser } from 'webextension-polyfill'
import { refuse } from '../../shared/errors.ts'
import type { SiteView } from '../../shared/messages/view.ts'
import { sitePattern } from './site-pattern.ts'

const scriptId = 'documents'
export const scriptFile = 'content-scripts/documents.js'

/** The listed sites: named by the clerk or by policy, and opened by the browser's own permission. Nothing runs anywhere else. */
export class Sites {
  private readonly browser: Browser
  /** By the clerk, on this profile. */
  private own: string[] = []
  /** By managed storage. */
  private managed: string[] = []
  /** By the agent's settings; where it names any, only these may be listed. */
  private fixed: string[] = []
  private open: SiteView[] = []

  constructor(browser: Browser) {
    this.browser = browser
  }

  get views(): readonly SiteView[] {
    return this.open
  }

  /** The only sites that the office lets be listed; undefined where the clerk chooses. */
  get only(): readonly string[] | undefined {
    return this.fixed.length === 0 ? undefined : this.fixed
  }

  /** Each match pattern once. */
  get patterns(): string[] {
    return [...new Set(this.open.map(({ origin }) => this.pattern(origin)))]
  }

  isListed(origin: string): boolean {
    return this.open.some((site) => site.origin === origin)
  }

  async load(): Promise<void> {
    const { sites = [] } = (await this.browser.storage.local.get('sites')) as { sites?: string[] }
    this.own = sites
    this.managed = await managedSites(this.browser)
    await this.refresh()
  }

  /** What the agent says of the office's policy. */
  async fix(origins: readonly string[]): Promise<void> {
    this.fixed = [...origins]
    await this.refresh()
  }

  /** Refuses with `site-not-listed` where policy names the sites, or the browser's permission is missing. */
  async add(origin: string): Promise<void> {
    const mayList = this.fixed.length === 0 || this.fixed.includes(origin)
    if (!mayList || !(await this.isPermitted(origin))) refuse('site-not-listed', { site: origin })
    await this.keep([...new Set([...this.own, origin])])
  }

  async remove(origin: string): Promise<void> {
    await this.keep(this.own.filter((own) => own !== origin))
    // Another port of the same host may need the permission still.
    if (this.open.some((site) => this.pattern(site.origin) === this.pattern(origin))) return
    // A permission that the manifest or the office gave stays; the site is off the list all the same.
    await this.browser.permissions.remove({ origins: [this.pattern(origin)] }).catch(() => false)
  }

  /** Reads permissions anew and registers the content script for exactly the sites that are open. */
  async refresh(): Promise<void> {
    const byPolicy = new Set([...this.managed, ...this.fixed])
    const origins = [...new Set([...byPolicy, ...this.own])].filter((origin) => this.fixed.length === 0 || this.fixed.includes(origin))
    const permitted = await Promise.all(origins.map((origin) => this.isPermitted(origin)))
    this.open = origins
      .filter((_, index) => permitted[index])
      .map((origin) => ({ origin, name: new URL(origin).host, byPolicy: byPolicy.has(origin) }))
    await this.register(this.patterns)
  }

  private async keep(own: string[]): Promise<void> {
    this.own = own
    await this.browser.storage.local.set({ sites: own })
    await this.refresh()
  }

  private pattern(origin: string): string {
    return sitePattern(this.browser, origin)
  }

  private isPermitted(origin: string): Promise<boolean> {
    return this.browser.permissions.contains({ origins: [this.pattern(origin)] }).catch(() => false)
  }

  private async register(matches: string[]): Promise<void> {
    const { scripting } = this.browser
    const registered = await scripting.getRegisteredContentScripts({ ids: [scriptId] })
    const script = { id: scriptId, matches, js: [scriptFile], allFrames: true, runAt: 'document_idle' as const, persistAcrossSessions: true }
    if (matches.length === 0) {
      if (registered.length > 0) await scripting.unregisterContentScripts({ ids: [scriptId] })
    } else if (registered.length > 0) await scripting.updateContentScripts([script])
    else await scripting.registerContentScripts([script])
  }
}

async function managedSites(browser: Browser): Promise<string[]> {
  const { sites } = await readManaged(browser)
  return Array.isArray(sites) ? sites.filter((site): site is string => typeof site === 'string' && originOf(site) === site) : []
}

/** What the office set by policy; empty where there is none. */
export async function readManaged(browser: Browser): Promise<{ agentPort?: unknown; language?: unknown; sites?: unknown; siteDescriptors?: unknown }> {
  // Firefox rejects where no policy names the extension.
  return browser.storage.managed.get().catch(() => ({}))
}

/** The origin of a web page; undefined for anything else. */
export function originOf(url: string | undefined): string | undefined {
  try {
    const { protocol, origin } = new URL(url ?? '')
    return protocol === 'http:' || protocol === 'https:' ? origin : undefined
  } catch {
    return undefined
  }
}
