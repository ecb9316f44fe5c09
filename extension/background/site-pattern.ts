/**
 * The match pattern for all pages of an origin. Firefox refuses patterns with a port: there it matches the host on every port, and
 * whoever uses it compares the origin too. Firefox alone tells its name.
 */
export function sitePattern({ runtime }: { runtime: object }, origin: string): string {
  const { protocol, host, hostname } = new URL(origin)
  return `${protocol}//${'getBrowserInfo' in runtime ? hostname : host}/*`
}
