const pattern = /^D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)|([+-])(\d\d)'?(\d\d)?'?)?/

/** A date of a PDF (ISO 32000-2, 7.9.4), `D:20260131235959+07'00'`. Without a zone it is taken as UTC. */
export function claimedTime(text: string | undefined): Date | undefined {
  const parts = text === undefined ? undefined : pattern.exec(text)
  if (!parts) return undefined
  const [, year, month = 1, day = 1, hour = 0, minute = 0, second = 0, , sign, zoneHours = 0, zoneMinutes = 0] = parts as (string | undefined)[]
  const zoneMs = (sign === '-' ? -1 : 1) * (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  const time = new Date(local - zoneMs)
  return Number.isNaN(time.getTime()) ? undefined : time
}
