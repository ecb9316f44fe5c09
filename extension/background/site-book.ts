import type { Browser } from 'webextension-polyfill'
import { refuse } from '../../shared/errors.ts'
import type { Site } from '../../shared/messages/site.ts'
import type { DescriptorView } from '../../shared/messages/view.ts'
import { longestSite, readSite } from './site-schema.ts'
import { readManaged } from './sites.ts'

const kept = 'descriptors'

/** What is known of document systems: by the office's policy, by this clerk (taught or imported), and built in; in this order. */
export class SiteBook {
  private readonly browser: Browser
  private readonly builtIn: Site[]
  private managed: Site[] = []
  private own: Site[] = []

  constructor(browser: Browser, builtIn: readonly unknown[]) {
    this.browser = browser
    this.builtIn = readAll(builtIn)
  }

  async load(): Promise<void> {
    const [{ siteDescriptors }, stored] = await Promise.all([readManaged(this.browser), this.browser.storage.local.get(kept)])
    this.managed = readAll(Array.isArray(siteDescriptors) ? siteDescriptors.map(parsed) : [])
    this.own = readAll(Array.isArray(stored[kept]) ? stored[kept] : [])
  }

  /** Those that may fit a page of this origin, best first. */
  fitting(origin: string): Site[] {
    return [...this.managed, ...this.own, ...this.builtIn].filter(({ origins }) => origins === undefined || origins.some((pattern) => holdsAt(pattern, origin)))
  }

  fileHosts(origin: string): string[] {
    return this.fitting(origin).flatMap(({ fileHosts = [] }) => fileHosts)
  }

  get views(): DescriptorView[] {
    const own = [...this.managed.map((site) => show(site, 'policy')), ...this.own.map((site) => show(site, 'own'))]
    return [...own, ...this.builtIn.map((site) => show(site, 'built-in'))]
  }

  /** Refuses with `site-unreadable` what is no descriptor, and with `site-fixed` what policy has already. */
  async import(text: string): Promise<void> {
    if (text.length > longestSite) refuse('site-unreadable', { reason: `${text.length} characters` })
    const value = parsed(text)
    for (const each of Array.isArray(value) ? value : [value]) await this.keep(each)
  }

  /** Takes the place of an own descriptor with the same id. */
  async keep(value: unknown): Promise<Site> {
    const read = readSite(value)
    if ('reason' in read) return refuse('site-unreadable', { reason: read.reason.slice(0, 300) })
    const { site } = read
    // Without origins, one file would say for every listed site where its files may come from.
    if (site.origins === undefined) refuse('site-unreadable', { reason: 'origins: missing' })
    if (this.managed.some(({ id }) => id === site.id)) refuse('site-fixed', { name: site.name })
    await this.store([site, ...this.own.filter(({ id }) => id !== site.id)])
    return site
  }

  /** Another page of a site that was taught before is learnt beside the others. */
  async learn(site: Site): Promise<Site> {
    const known = this.own.find(({ id }) => id === site.id)
    const paths = new Set(site.views.map(({ path }) => path))
    const others = known?.views.filter(({ path }) => !paths.has(path)) ?? []
    return this.keep({ ...site, version: (known?.version ?? 0) + 1, views: [...site.views, ...others].slice(0, 20) })
  }

  async remove(id: string): Promise<void> {
    await this.store(this.own.filter((site) => site.id !== id))
  }

  private async store(own: Site[]): Promise<void> {
    this.own = own
    await this.browser.storage.local.set({ [kept]: own })
  }
}

/** What does not read is left out and said in the log of the extension: one bad line of a policy must not take the others along. */
function readAll(values: readonly unknown[]): Site[] {
  return values.flatMap((value) => {
    const read = readSite(value)
    if ('site' in read) return [read.site]
    console.warn('a site descriptor was left out:', read.reason)
    return []
  })
}

/** Policies carry descriptors as text where the browser's own schema takes no free objects. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return undefined
  }
}

function holdsAt(pattern: string, origin: string): boolean {
  const [scheme = '', host = ''] = pattern.split('://')
  return host.startsWith('*.') ? origin.startsWith(`${scheme}://`) && origin.endsWith(host.slice(1)) : pattern === origin
}

function show(site: Site, from: DescriptorView['from']): DescriptorView {
  const { id, version, name, source, assumed = [], origins = [] } = site
  return { id, version, name, source, assumed, origins, from, ...(from === 'built-in' ? {} : { json: JSON.stringify(site, null, 2) }) }
}
