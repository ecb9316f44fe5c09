import type { IncomingMessage } from 'node:http'
import { extensionIds } from '../../shared/protocol/extension-ids.ts'

/** What the door says to an upgrade by its head alone. */
export type Admission = { admitted: true; origin: string } | { admitted: false; status: 403 | 404 | 421 }

/** The profile's own origin that Firefox gives to an extension; bound to a pairing, not to a list. */
const firefoxOrigin = /^moz-extension:\/\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The status for a plain HTTP request, which is never let in, whatever it asks. */
export function admitRequest(request: IncomingMessage, port: number): 403 | 404 | 421 {
  if (!isForUs(request, port)) return 421
  return headerValues(request, 'origin').length > 0 ? 403 : 404
}

/** @param ownExtensionIds Chromium extensions that the settings add to the pinned ones */
export function admitUpgrade(request: IncomingMessage, port: number, ownExtensionIds: readonly string[]): Admission {
  if (!isForUs(request, port)) return { admitted: false, status: 421 }
  if (request.url !== '/') return { admitted: false, status: 404 }
  const [origin, ...others] = headerValues(request, 'origin')
  if (origin === undefined || others.length > 0) return { admitted: false, status: 403 }
  const pinned = [...extensionIds, ...ownExtensionIds].some((id) => origin === `chrome-extension://${id}`)
  return pinned || firefoxOrigin.test(origin) ? { admitted: true, origin } : { admitted: false, status: 403 }
}

/**
 * Exactly one `Host`, exactly the address that we are bound to: a name that was rebound to 127.0.0.1 (DNS
 * rebinding) shows here. A target that is not a path (RFC 9112, section 3.2.2) would outrank the header.
 */
function isForUs(request: IncomingMessage, port: number): boolean {
  const hosts = headerValues(request, 'host')
  return hosts.length === 1 && hosts[0] === `127.0.0.1:${port}` && request.url?.startsWith('/') === true
}

/** Every value as it was sent: `request.headers` would drop or join repeated ones. */
function headerValues(request: IncomingMessage, name: string): string[] {
  return request.rawHeaders.filter((_, index, raw) => index % 2 === 1 && raw[index - 1]?.toLowerCase() === name)
}
