import type { Language } from '../../shared/text/errors.ts'

const locale = { vi: 'vi-VN', en: 'en-GB' } as const

/** A size as a person reads it: 245 KB, 1,2 MB (1 KB is 1,024 bytes). Number and unit stay on one line. */
export function sizeText(sizeBytes: number, language: Language): string {
  const kilobytes = sizeBytes / 1024
  const inMegabytes = kilobytes >= 1000
  const value = inMegabytes ? kilobytes / 1024 : Math.max(1, kilobytes)
  const digits = inMegabytes && value < 10 ? 1 : 0
  return `${value.toLocaleString(locale[language], { minimumFractionDigits: digits, maximumFractionDigits: digits })}\u00A0${inMegabytes ? 'MB' : 'KB'}`
}

/** The day of an ISO 8601 time in Vietnam (always +07:00); any other text as it is. */
export function dayText(time: string, language: Language): string {
  const at = new Date(time)
  return Number.isNaN(at.valueOf()) ? time : at.toLocaleDateString(locale[language], { ...inVietnam, day: '2-digit', month: '2-digit', year: 'numeric' })
}

/** Hour and minute of an ISO 8601 time in Vietnam. */
export function hourText(time: string, language: Language): string {
  const at = new Date(time)
  return Number.isNaN(at.valueOf()) ? time : at.toLocaleTimeString(locale[language], { ...inVietnam, hour: '2-digit', minute: '2-digit' })
}

const inVietnam = { timeZone: 'Asia/Ho_Chi_Minh' } as const

/** Millimetres to a tenth. */
export function millimetreText(millimetres: number, language: Language): string {
  return millimetres.toLocaleString(locale[language], { maximumFractionDigits: 1 })
}
