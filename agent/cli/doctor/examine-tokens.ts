import type { CertificateView } from '../../../shared/protocol/list-certificates.ts'
import { errorText, type Language } from '../../../shared/text/errors.ts'
import { doctorTexts } from '../../../shared/text/doctor.ts'
import { viewCertificate } from '../../session/certificate.ts'
import { RoleAnswers } from '../../session/role-answers.ts'
import { catalogue, openSc } from '../../token/catalogue/drivers.ts'
import type { KeyInfo } from '../../token/key-source.ts'
import type { SlotView } from '../../token/host-calls.ts'
import { PinAttempts } from '../../token/pin-attempts.ts'
import { createKeySource } from '../../token/sources.ts'
import type { ExaminedDriver } from './examine-drivers.ts'
import { finding, type Finding, type Patient } from './finding.ts'

const dayMs = 86_400_000
/** Time enough for the papers of a new certificate. */
const renewalDays = 30

/** What is plugged in, what is on it, and what of that can sign. */
export async function examineTokens(patient: Patient, drivers: readonly ExaminedDriver[]): Promise<{ findings: Finding[]; canSign: boolean }> {
  const files = await examineKeyFiles(patient)
  const keys = distinct([...drivers.flatMap((driver) => driver.keys), ...files.keys])
  const answers = new RoleAnswers(patient.home)
  const views = keys.map((key) => ({ key, view: viewCertificate(key, patient.settings, answers) }))
  const canSign = views.some(({ view }) => view.refusal === undefined)
  const tokens = examineSlots(patient, drivers)
  const isNothingThere = tokens.length === 0 && files.findings.length + keys.length === 0
  return {
    findings: [
      ...tokens,
      ...files.findings,
      ...views.flatMap(({ key, view }) => examineCertificate(key, view, canSign, patient.language)),
      ...(isNothingThere ? [finding('tokens', 'bad', 'token-none')] : []),
      ...(canSign || isNothingThere ? [] : [finding('tokens', 'bad', 'certificate-none')]),
    ],
    canSign,
  }
}

/** Several drivers may read the same token: it is told once, by the first. */
function examineSlots(patient: Patient, drivers: readonly ExaminedDriver[]): Finding[] {
  const known = new Set<string>()
  const isRead = (reader: string): boolean => drivers.some(({ slots }) => slots.some((slot) => slot.reader === reader && slot.token?.isInitialised === true))
  return drivers.flatMap((driver) =>
    driver.slots.flatMap((slot): Finding[] => {
      if (slot.token === undefined) return slot.unreadable === undefined || isRead(slot.reader) ? [] : [unreadable(driver, slot)]
      if (!slot.token.isInitialised) return driver.slots.some(({ token }) => token?.isInitialised === true) ? [] : [finding('tokens', 'warn', 'token-blank', { reader: slot.reader })]
      if (known.has(slot.token.serial)) return []
      known.add(slot.token.serial)
      const hasKeys = drivers.some(({ keys }) => keys.some((key) => key.tokenSerial === slot.token?.serial))
      return examineToken(patient, driver, slot.reader, slot.token, hasKeys)
    }),
  )
}

function examineToken({ home }: Patient, { candidate }: ExaminedDriver, reader: string, token: NonNullable<SlotView['token']>, hasKeys: boolean): Finding[] {
  const facts = { token: token.label, serial: token.serial, reader, driver: candidate.driver?.name ?? candidate.path }
  const attempts = new PinAttempts(home).count(token.serial)
  return [
    finding('tokens', 'ok', 'token-found', facts),
    ...(hasKeys ? [] : [finding('tokens', 'bad', 'token-empty', facts)]),
    ...(token.pinLocked ? [finding('tokens', 'bad', 'pin-locked', facts)] : []),
    ...(token.pinFinalTry && !token.pinLocked ? [finding('tokens', 'warn', 'pin-last-try', facts)] : []),
    ...(attempts > 0 ? [finding('tokens', 'warn', 'pin-attempts', { ...facts, count: String(attempts) })] : []),
  ]
}

function unreadable({ candidate }: ExaminedDriver, { reader, unreadable: reason = '' }: SlotView): Finding {
  if (candidate.driver !== openSc) return finding('tokens', 'bad', 'token-unreadable', { reader, reason, driver: candidate.driver?.name ?? candidate.path })
  const names = catalogue.filter(({ quirks }) => quirks.includes('only-this')).map(({ name }) => name)
  return finding('tokens', 'bad', 'token-not-for-opensc', { reader, reason, names: names.join(', ') })
}

/** One that cannot sign is a fault where none can, and a remark where another does. */
function examineCertificate(key: KeyInfo, view: CertificateView, canSign: boolean, language: Language): Finding[] {
  const { holder, issuer, refusal, role } = view
  if (refusal !== undefined) return [finding('tokens', canSign ? 'warn' : 'bad', 'certificate-unusable', { holder, cause: errorText(refusal, language) })]
  const validTo = new Date(view.validTo)
  const day = validTo.toLocaleDateString(language === 'vi' ? 'vi-VN' : 'en-GB', { day: '2-digit', month: '2-digit', year: 'numeric' })
  const days = Math.floor((validTo.getTime() - Date.now()) / dayMs)
  return [
    finding('tokens', 'ok', 'certificate-usable', { holder, issuer, validTo: day, role: doctorTexts[language].roles[role] }),
    ...(days < renewalDays ? [finding('tokens', 'warn', 'certificate-expiring', { holder, validTo: day, days: String(days) })] : []),
    ...(role === 'unknown' ? [finding('tokens', 'warn', 'role-unknown', { holder, serial: key.tokenSerial })] : []),
  ]
}

async function examineKeyFiles({ home, settings: { keyFiles, deadlines }, language }: Patient): Promise<{ findings: Finding[]; keys: KeyInfo[] }> {
  if (keyFiles.length === 0) return { findings: [], keys: [] }
  const source = createKeySource({ home, modules: [], keyFiles, deadlines })
  try {
    const { keys, problems } = await source.list()
    return { findings: problems.map((problem) => finding('tokens', 'bad', 'key-file-failed', { cause: errorText(problem, language) })), keys }
  } finally {
    await source.close()
  }
}

function distinct(keys: readonly KeyInfo[]): KeyInfo[] {
  return [...new Map(keys.toReversed().map((key) => [`${key.tokenSerial} ${key.certificateSha256}`, key])).values()].toReversed()
}
