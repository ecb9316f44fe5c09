/** Figures and how they are shown. Times in milliseconds. */
export interface Row {
  name: string
  value: number
  unit: 'ms' | 'MB' | 'kB' | '%' | '×' | '/s' | 'MB/s'
  /** Present where the project holds itself to a number. */
  limit?: { most?: number; least?: number }
  note?: string
}

export async function timeMs(work: () => unknown): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

/** Runs once to warm up, then `runs` times; the median is what is quoted. */
export async function medianMs(runs: number, work: () => unknown): Promise<number> {
  await work()
  const times: number[] = []
  for (let run = 0; run < runs; run++) times.push(await timeMs(work))
  return median(times)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

export function holds({ value, limit }: Row): boolean {
  return value <= (limit?.most ?? Number.POSITIVE_INFINITY) && value >= (limit?.least ?? Number.NEGATIVE_INFINITY)
}

export function table(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const figure = `${row.value.toFixed(row.value < 10 ? 2 : 1)} ${row.unit}`
    const { most, least } = row.limit ?? {}
    const promise = most === undefined ? (least === undefined ? '' : `≥ ${least} ${row.unit}`) : `≤ ${most} ${row.unit}`
    const verdict = promise === '' ? '' : holds(row) ? 'holds' : 'MISSED'
    return [row.name.padEnd(58), figure.padStart(14), promise.padStart(12), verdict.padEnd(7), row.note ?? ''].join('  ').trimEnd()
  })
  return lines.join('\n')
}
