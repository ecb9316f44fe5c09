/** ISO 8601 with the zone of Viet Nam, whatever the PC is set to: `2026-05-13T14:41:57+07:00`. */
export function vietnamIsoTime(time: Date): string {
  return `${new Date(time.getTime() + zoneMs).toISOString().slice(0, 19)}+07:00`
}

const zoneMs = 7 * 3_600_000
