/** `npm run bench`: prints what the project promises in numbers beside what was measured; `-- --json FILE` keeps it. Not a test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { benchCard } from './card.ts'
import { benchDriver } from './driver.ts'
import { benchEngine } from './engine.ts'
import { benchFill } from './fill.ts'
import { benchFinder } from './finder.ts'
import { holds, table, type Row } from './measure.ts'
import { benchPlace } from './place.ts'
import { benchResume } from './resume.ts'
import { benchSize } from './size.ts'
import { benchStamps } from './stamps.ts'
import { benchStart } from './start.ts'
import { benchToken } from './token.ts'
import { benchTrip } from './trip.ts'
import { benchWindows } from './windows.ts'

const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string', multiple: true } } })

const parts: Record<string, (folder: string) => Promise<Row[]>> = {
  engine: benchEngine,
  fill: benchFill,
  place: benchPlace,
  driver: benchDriver,
  card: benchCard,
  token: (folder) => benchToken(folder, 200),
  start: benchStart,
  resume: benchResume,
  size: benchSize,
  finder: benchFinder,
  windows: benchWindows,
  trip: (folder) => benchTrip(folder, 48),
}
/** Half an hour of waiting for servers: only when it is asked for. */
const longParts: typeof parts = { stamps: benchStamps }

const rows: Row[] = []
for (const [name, bench] of Object.entries({ ...parts, ...longParts })) {
  if (values.only === undefined ? name in longParts : !values.only.includes(name)) continue
  const folder = mkdtempSync(path.join(tmpdir(), `antin-bench-${name}-`))
  try {
    const measured = await bench(folder)
    console.log(`\n${name}\n${table(measured)}`)
    rows.push(...measured)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
const missed = rows.filter((row) => !holds(row))
console.log(`\n${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}: ${missed.length === 0 ? 'every number holds' : `missed: ${missed.map(({ name }) => name).join('; ')}`}`)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`)
