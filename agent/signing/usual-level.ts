import { unmarked } from '../../shared/text/unmarked.ts'
import type { Settings } from '../settings/settings.ts'
import { readCertificate } from '../trust/certificate.ts'
import { nameValue } from '../trust/distinguished-name.ts'
import type { Level } from '../verify/report.ts'
import type { RaisedLevel } from './raise-document.ts'

/**
 * Who certifies officials: the Government Cipher Committee, by the organisation in its own names (Decree 68/2024), and by the
 * SHA-256 of its root and of its authority for the Government, which write it without accents.
 */
const committee = 'ban co yeu chinh phu'
const authorities: readonly string[] = [
  'f7bc89054cec7f12730d7b8cd3eb7955b163835087e5eb873edfb584763b3f90',
  '75e969c07ba35c29c72bbc1bfb880f20f3891a619b00b77eb02ca6160736a1fe',
]

/** The level of a signature: as the office set it, else B-T on official duty where there is a time-stamp server, else B-B (undefined). */
export function usualLevel({ level, timeStamp }: Pick<Settings, 'level' | 'timeStamp'>, certificates: readonly Uint8Array[]): RaisedLevel | undefined {
  if (timeStamp === undefined) return undefined
  if (level !== undefined) return raisedLevel(level)
  return isOfficialDuty(certificates) ? 'B-T' : undefined
}

/** @returns undefined for B-B, which needs nothing but the key */
export function raisedLevel(level: Level | undefined): RaisedLevel | undefined {
  return level === 'B-B' ? undefined : level
}

/** @param certificates DER, the signer's first, then those above it that are known */
function isOfficialDuty(certificates: readonly Uint8Array[]): boolean {
  return certificates.map(readCertificate).some(({ sha256, issuer }) => authorities.includes(sha256) || unmarked(nameValue(issuer, 'organisation') ?? '').trim() === committee)
}
