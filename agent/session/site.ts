import { refuse } from '../../shared/errors.ts'
import type { Settings } from '../settings/settings.ts'

const loopbackHosts = ['127.0.0.1', 'localhost', '[::1]']

type SiteSettings = Pick<Settings, 'listedSites' | 'httpHosts' | 'filesFromDisk'>

/**
 * Whether pages of this origin may ask for signatures; or the extension in its own name, for files of this PC that the clerk gave it. Then
 * it is the origin that the browser sent with this very connection, so that no page and no other extension can be taken for it.
 * @throws RefusalError site-not-listed, files-not-allowed
 */
export function requireListedSite(pageOrigin: string, linkOrigin: string, { listedSites, httpHosts, filesFromDisk }: SiteSettings): void {
  if (pageOrigin === linkOrigin) return filesFromDisk ? undefined : refuse('files-not-allowed')
  const site = URL.parse(pageOrigin)
  // `origin` of what was parsed: upper case, user names or paths would make two spellings of one site.
  if (site?.origin !== pageOrigin) return refuse('site-not-listed', { site: pageOrigin })
  const isListed = listedSites.length > 0 ? listedSites.includes(pageOrigin) : isSafe(site, httpHosts)
  if (!isListed) refuse('site-not-listed', { site: pageOrigin })
}

/** The extension itself asked, for files of this PC. */
export function isFromDisk(pageOrigin: string): boolean {
  return !/^https?:/.test(pageOrigin)
}

function isSafe(site: URL, httpHosts: readonly string[]): boolean {
  return site.protocol === 'https:' || loopbackHosts.includes(site.hostname) || httpHosts.includes(site.host)
}
