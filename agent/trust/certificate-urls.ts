import { childrenOf, contextTag, oidOf, readDer, tags } from '../cms/read-der.ts'
import type { Element } from '../cms/read-der.ts'
import type { Certificate } from './certificate.ts'
import { unlessMalformed } from './check-signer.ts'

const crlDistributionPoints = '2.5.29.31'
const authorityInfoAccess = '1.3.6.1.5.5.7.1.1'
const accessMethods = { ocsp: '1.3.6.1.5.5.7.48.1', issuer: '1.3.6.1.5.5.7.48.2' }

/** Where an OCSP responder answers for this certificate (RFC 5280, 4.2.2.1). What cannot be read says nothing. */
export function ocspUrlsOf(certificate: Certificate): string[] {
  return accessUrls(certificate, accessMethods.ocsp)
}

/** Where the certificate of the issuer can be had. */
export function issuerUrlsOf(certificate: Certificate): string[] {
  return accessUrls(certificate, accessMethods.issuer)
}

/** Where complete revocation lists of the issuer itself are published (4.2.1.13). */
export function crlUrlsOf({ extensions }: Certificate): string[] {
  const value = extensions.get(crlDistributionPoints)?.value
  if (value === undefined) return []
  return unlessMalformed(() => childrenOf(readDer(value), tags.sequence).flatMap((point) => {
    const fields = childrenOf(point, tags.sequence)
    const isPlain = fields.every(({ tag }) => tag === contextTag(0))
    return isPlain ? fields.flatMap(urlsIn) : []
  })) ?? []
}

/** Every uniformResourceIdentifier among the names in an element. */
export function urlsIn(element: Element): string[] {
  if (element.tag === contextTag(6, 'primitive')) return [new TextDecoder().decode(element.content)]
  return element.children.flatMap(urlsIn)
}

function accessUrls({ extensions }: Certificate, method: string): string[] {
  const value = extensions.get(authorityInfoAccess)?.value
  if (value === undefined) return []
  return unlessMalformed(() => childrenOf(readDer(value), tags.sequence).flatMap((description) => {
    const [type, location] = childrenOf(description, tags.sequence)
    return oidOf(type) === method && location !== undefined ? urlsIn(location) : []
  })) ?? []
}
