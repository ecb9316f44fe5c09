import type { Refusal } from '../../shared/errors.ts'
import { errorText } from '../../shared/text/errors.ts'
import type { Language } from '../../shared/text/errors.ts'
import { verifyTexts } from '../../shared/text/verify.ts'
import type { VerifyTexts } from '../../shared/text/verify.ts'
import type { TimeStampFault } from '../trust/time-stamp-token.ts'
import type { ChainProblemCode } from '../trust/validate-path.ts'
import type { Finding, RevocationReport, SignatureReport, TimeStampReport, VerificationReport } from '../verify/report.ts'

export interface VerifiedFile {
  file: string
  outcome: { report: VerificationReport } | { refusal: Refusal }
}

/** A verdict per file, then a table per signature. */
export function verificationText({ file, outcome }: VerifiedFile, language: Language): string {
  const texts = verifyTexts[language]
  if ('refusal' in outcome) return `${plain(file)}: ${texts.verdict.unreadable}\n  ${plain(errorText(outcome.refusal, language))}\n`
  const { report } = outcome
  const lines = [`${plain(file)}: ${texts.verdict[report.indication ?? 'none']}`]
  if (report.changedAfter) lines.push(`  ! ${texts.uncovered(report.uncoveredBytes.toLocaleString(language))}`)
  if (report.changedAfter && report.signatures.some(({ level }) => level === 'B-LT')) lines.push(`  ! ${texts.uncoveredEvidence}`)
  for (const [index, signature] of report.signatures.entries()) lines.push('', ...signatureLines(signature, index + 1, texts))
  return `${lines.join('\n')}\n`
}

function signatureLines(signature: SignatureReport, number: number, texts: VerifyTexts): string[] {
  const { signer, chain } = signature
  const rows: [label: string, value: string | undefined][] = [
    [texts.signer, signer && joined(', ', [signer.holder, signer.title])],
    [texts.organisation, signer && joined(', ', [signer.unit, signer.organisation])],
    [texts.identity, signer?.identity],
    [texts.issuer, signer?.issuer],
    [texts.serial, signer?.serial],
    [texts.validity, signer && `${localTime(signer.notBefore)} – ${localTime(signer.notAfter)}`],
    [texts.signedAt, signature.kind === 'document-timestamp' ? undefined : claimText(signature.claimedAt, texts)],
    [texts.timeStamp, signature.timeStamp && timeStampText(signature.timeStamp, texts)],
    [texts.level, signature.level],
    [texts.integrity, texts.intact[signature.intact ? 'yes' : 'no']],
    [texts.coverage, texts.covers[signature.coverage]],
    [texts.later, signature.coverage === 'revision' ? texts.changes[signature.laterChanges] : undefined],
    [texts.trust, chain && joined('; ', [texts.chain[chain.status], ...chainNotes(chain, texts), revocationText(chain.revocation, texts)])],
    [texts.reason, signature.reason],
    [texts.location, signature.location],
    ...signature.findings.map((finding): [string, string] => [texts.finding, findingText(finding, texts)]),
  ]
  const shown = rows.filter((row): row is [string, string] => row[1] !== undefined && row[1] !== '')
  const width = Math.max(...shown.map(([label]) => label.length))
  const heading = `${texts.signature(number, plain(signature.fieldName))}, ${texts.kind[signature.kind]}`
  const verdict = `${texts.verdict[signature.indication]} (${joined(' / ', [signature.indication, signature.subIndication])})`
  return [
    `  ${heading}: ${verdict}`,
    ...shown.map(([label, value]) => `    ${label.padEnd(width)}  ${plain(value)}`),
  ]
}

function chainNotes({ problems, weaknesses }: NonNullable<SignatureReport['chain']>, texts: VerifyTexts): string[] {
  const sentences: Record<ChainProblemCode, string> = texts.problems
  return [
    ...problems.map(({ code, holder }) => `${holder}: ${sentences[code]}`),
    ...weaknesses.map(({ code, holder }) => `${holder}: ${texts.weaknesses[code]}`),
  ]
}

function claimText(claimedAt: Date | undefined, texts: VerifyTexts): string {
  return claimedAt === undefined ? texts.noTime : `${localTime(claimedAt)} (${texts.ownClock})`
}

function revocationText(revocation: RevocationReport, texts: VerifyTexts): string {
  const status = texts.revocation[revocation.status]
  return revocation.status === 'revoked' ? `${status} (${texts.revokedFrom(revocation.holder, localTime(revocation.revokedAt))})` : status
}

function timeStampText({ at, authority = '?', faults }: TimeStampReport, texts: VerifyTexts): string {
  const sentences: Record<TimeStampFault, string> = texts.stampFaults
  const stamp = texts.stampedBy(localTime(at), authority)
  return faults.length === 0 ? stamp : `${stamp}: ${texts.stampUntrusted} (${faults.map((fault) => sentences[fault]).join(', ')})`
}

function findingText(finding: Finding, texts: VerifyTexts): string {
  const sentences: Record<Finding, string> = texts.findings
  return sentences[finding]
}

function joined(separator: string, parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(separator)
}

/** Names come from the document: they must not steer the terminal, or look like a line of ours. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').normalize('NFC')
}

const zoneMs = 7 * 3_600_000

/** In the one time zone of Vietnam: `01/03/2026 09:03:04 +07:00`. */
function localTime(time: Date): string {
  const [date = '', clock = ''] = new Date(time.getTime() + zoneMs).toISOString().split('T')
  return `${date.split('-').toReversed().join('/')} ${clock.slice(0, 8)} +07:00`
}
