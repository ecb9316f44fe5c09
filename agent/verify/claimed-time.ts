const pattern = /^D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)|([+-])(\d\d)'?(\d\d)?'?)?/

/** A date of a PDF (ISO 32000-2, 7.9.4), `D:20260131235959+07'00'`. Without a zone it is taken as UTC. */
export function claimedTime(text: string | undefined): Date | undefined {
  const parts = text === undefined ? undefined : pattern.exec(text)
  if (!parts) return undefined
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map((part: string | undefined) => (part === undefined ? undefined : Number(part)))
  const [sign, zoneHours, zoneMinutes] = parts.slice(8, 11) as (string | undefined)[]
  const zoneMs = (sign === '-' ? -1 : 1) * (Number(zoneHours ?? 0) * 60 + Number(zoneMinutes ?? 0)) * 60_000
  const time = new Date(Date.UTC(year, month - 1, day, hour, minute, second) - zoneMs)
  return Number.isNaN(time.getTime()) ? undefined : time
}
