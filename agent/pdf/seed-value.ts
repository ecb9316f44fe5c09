import { PdfName, PdfString } from './objects.ts'
import type { PdfObject , PdfDict} from './objects.ts'
import type { PdfDocument } from './open-document.ts'
import { textOf } from './text-string.ts'

/** What the signature will be, as far as a field may demand it. */
export interface SeedAnswer {
  /** DER: the signer's first, then those of the authorities above. */
  certificates: readonly Uint8Array[]
  reason: string | undefined
  digest: 'sha256' | 'sha384' | 'sha512'
  /** Of a certification: what may change afterwards. */
  docMdp: 2 | 3 | undefined
}

/** Bits of /Ff that make an entry mandatory (ISO 32000-2, table 238). */
const mandatory = { Filter: 1, SubFilter: 2, V: 4, Reasons: 8, LegalAttestation: 16, AddRevInfo: 32, DigestMethod: 64, LockDocument: 128, AppearanceFilter: 256 }
/** The same of the certificate's own dictionary (table 239). */
const ofCertificate = { Subject: 1, Issuer: 2, OID: 4, SubjectDN: 8, KeyUsage: 32, URL: 64 }
const newestVersion = 3

/**
 * The first demand of a field's seed value (12.7.5.5) that the signature would not meet, by the name of its entry. What the
 * author only recommends is left aside; a demand that nobody here can meet counts as not met.
 */
export function unmetDemand(document: PdfDocument, seed: PdfDict | undefined, answer: SeedAnswer): string | undefined {
  if (seed === undefined) return undefined
  const flags = document.get(seed, 'Ff')
  const value = (key: string) => document.get(seed, key)
  const unmet: Record<keyof typeof mandatory, () => boolean> = {
    Filter: () => !isNamed(value('Filter'), 'Adobe.PPKLite'),
    SubFilter: () => !listOf(document, value('SubFilter')).some((item) => isNamed(item, 'ETSI.CAdES.detached')),
    V: () => typeof value('V') !== 'number' || Number(value('V')) > newestVersion,
    Reasons: () => !allowsReason(listOf(document, value('Reasons')).map(textOf), answer.reason),
    LegalAttestation: () => answer.docMdp !== undefined,
    AddRevInfo: () => value('AddRevInfo') === true,
    DigestMethod: () => !listOf(document, value('DigestMethod')).map(textOf).includes(answer.digest.toUpperCase()),
    LockDocument: () => !isNamed(value('LockDocument'), 'false'),
    AppearanceFilter: () => true,
  }
  const demanded = (Object.keys(mandatory) as (keyof typeof mandatory)[]).filter((key) => isSet(flags, mandatory[key]) && value(key) !== null)
  return (
    demanded.find((key) => unmet[key]()) ??
    unmetCertification(document, document.dictOf(seed.get('MDP')), answer) ??
    unmetTimeStamp(document, document.dictOf(seed.get('TimeStamp'))) ??
    unmetCertificate(document, document.dictOf(seed.get('Cert')), answer)
  )
}

/** /P 0 wants no certification, 1 to 3 that one. */
function unmetCertification(document: PdfDocument, wanted: PdfDict | undefined, { docMdp }: SeedAnswer): string | undefined {
  const permissions = wanted === undefined ? null : document.get(wanted, 'P')
  return typeof permissions === 'number' && permissions !== (docMdp ?? 0) ? 'MDP' : undefined
}

/** Stamps come from the office's own server, if there is one, and behind the signature: nothing can be promised here. */
function unmetTimeStamp(document: PdfDocument, wanted: PdfDict | undefined): string | undefined {
  return wanted !== undefined && isSet(document.get(wanted, 'Ff'), 1) ? 'TimeStamp' : undefined
}

function unmetCertificate(document: PdfDocument, wanted: PdfDict | undefined, { certificates }: SeedAnswer): string | undefined {
  if (wanted === undefined) return undefined
  const flags = document.get(wanted, 'Ff')
  const listed = (key: string) => listOf(document, document.get(wanted, key)).map((item) => (item instanceof PdfString ? item.bytes : new Uint8Array(0)))
  const isAmong = (key: string, found: readonly Uint8Array[]) => listed(key).some((der) => found.some((other) => Buffer.compare(der, other) === 0))
  const demanded = (Object.keys(ofCertificate) as (keyof typeof ofCertificate)[]).filter((key) => isSet(flags, ofCertificate[key]) && document.get(wanted, key) !== null)
  const unmet = demanded.find((key) => {
    if (key === 'Subject') return !isAmong(key, certificates.slice(0, 1))
    return key === 'Issuer' ? !isAmong(key, certificates.slice(1)) : true
  })
  return unmet === undefined ? undefined : `Cert.${unmet}`
}

/** A lone full stop wants no reason. */
function allowsReason(allowed: readonly (string | undefined)[], reason: string | undefined): boolean {
  if (allowed.length === 0 || (allowed.length === 1 && allowed[0] === '.')) return reason === undefined
  return allowed.includes(reason ?? '')
}

function listOf(document: PdfDocument, object: PdfObject): PdfObject[] {
  return (document.arrayOf(object) ?? []).map((item) => document.resolve(item))
}

function isNamed(object: PdfObject, value: string): boolean {
  return object instanceof PdfName && object.value === value
}

function isSet(flags: PdfObject, bit: number): boolean {
  return typeof flags === 'number' && (flags & bit) !== 0
}
