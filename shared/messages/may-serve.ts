/**
 * Whether a page's document may come from this address: from the page's own origin, or from a host that the site's descriptor names for
 * its files, and then never in the clear for a page that is not. Any other address could be a system of its own, open to the same clerk.
 */
export function mayServe(pageOrigin: string, { origin, protocol, host }: Pick<URL, 'origin' | 'protocol' | 'host'>, fileHosts: readonly string[] = []): boolean {
  if (origin === pageOrigin) return true
  return fileHosts.includes(host) && (protocol === 'https:' || (protocol === 'http:' && pageOrigin.startsWith('http:')))
}
