/** The lines of a visible signature. They stand in a Vietnamese document, so there is one language. */
export function appearanceLines(signer: { holder: string; organisation: string }, signedAt: Date): string[] {
  return [
    `Người ký: ${signer.holder}`,
    ...(signer.organisation ? [`Cơ quan: ${signer.organisation}`] : []),
    `Thời gian ký: ${vietnamTime(signedAt)}`,
  ]
}

/** `dd.MM.yyyy HH:mm:ss +07:00`: the time of Việt Nam, whatever the PC is set to (Nghị định 30/2020, phụ lục I). */
function vietnamTime(time: Date): string {
  const [date = '', clock = ''] = new Date(time.getTime() + 7 * 3_600_000).toISOString().split('T')
  return `${date.split('-').reverse().join('.')} ${clock.slice(0, 8)} +07:00`
}
