import { refuse } from '../../shared/errors.ts'
import type { Settings } from '../settings/settings.ts'

const loopbackHosts = ['127.0.0.1', 'localhost', '[::1]']

/** Whether pages of this origin may ask for signatures. @throws RefusalError site-not-listed */
export function requireListedSite(pageOrigin: string, { listedSites, httpHosts }: Pick<Settings, 'listedSites' | 'httpHosts'>): void {
  const site = URL.parse(pageOrigin)
  // `origin` of what was parsed: upper case, user names or paths would make two spellings of one site.
  if (site?.origin !== pageOrigin) return refuse('site-not-listed', { site: pageOrigin })
  const isListed = listedSites.length > 0 ? listedSites.includes(pageOrigin) : isSafe(site, httpHosts)
  if (!isListed) refuse('site-not-listed', { site: pageOrigin })
}

function isSafe(site: URL, httpHosts: readonly string[]): boolean {
  return site.protocol === 'https:' || loopbackHosts.includes(site.hostname) || httpHosts.includes(site.host)
}
