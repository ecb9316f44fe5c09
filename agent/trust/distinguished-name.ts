import { childrenOf, oidOf, tags } from '../cms/read-der.ts'
import type { Element } from '../cms/read-der.ts'

/** A Name of X.501, as it stands in a certificate. */
export interface DistinguishedName {
  readonly raw: Uint8Array
  /** Two names are the same exactly when these are (RFC 5280, 7.1): case, spacing and string type do not count. */
  readonly canonical: string
  /** Values by attribute type, in the order of the name. */
  readonly attributes: readonly { type: string; value: string }[]
}

export const nameTypes = {
  commonName: '2.5.4.3',
  organisation: '2.5.4.10',
  organisationalUnit: '2.5.4.11',
  locality: '2.5.4.7',
  title: '2.5.4.12',
  userId: '0.9.2342.19200300.100.1.1',
} as const

export function readName(name: Element): DistinguishedName {
  const rdns = childrenOf(name, tags.sequence).map((rdn) =>
    childrenOf(rdn, tags.set).map((attribute) => {
      const [type, value] = childrenOf(attribute, tags.sequence)
      return { type: oidOf(type), value: value === undefined ? '' : (textOf(value) ?? `#${hexOf(value.raw)}`) }
    }),
  )
  const canonical = rdns.map((rdn) => rdn.map(({ type, value }) => [type, prepared(value)] as const).toSorted(byTypeAndValue))
  return { raw: name.raw, canonical: JSON.stringify(canonical), attributes: rdns.flat() }
}

/** The last value of this type: the most specific one, as names are written from the country inwards. */
export function nameValue(name: DistinguishedName, type: keyof typeof nameTypes): string | undefined {
  return name.attributes.findLast((attribute) => attribute.type === nameTypes[type])?.value
}

/** What a person calls it: the common name, else the organisation, else every value. */
export function displayName(name: DistinguishedName): string {
  const all = name.attributes.map(({ value }) => value).join(', ')
  return nameValue(name, 'commonName') ?? nameValue(name, 'organisation') ?? all
}

const decoders: Record<number, string> = {
  0x0c: 'utf-8',
  0x12: 'latin1',
  0x13: 'latin1',
  0x14: 'latin1',
  0x16: 'latin1',
  0x1a: 'latin1',
  0x1e: 'utf-16be',
}

function textOf({ tag, content }: Element): string | undefined {
  const encoding = decoders[tag]
  if (encoding === undefined) return undefined
  return new TextDecoder(encoding).decode(content)
}

function prepared(value: string): string {
  return value.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ')
}

function byTypeAndValue([type, value]: readonly [string, string], [otherType, otherValue]: readonly [string, string]): number {
  const [one, other] = [`${type}=${value}`, `${otherType}=${otherValue}`]
  return one < other ? -1 : Number(one > other)
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
