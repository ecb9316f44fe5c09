/**
 * Loaded before the agent (`node --import`), never part of it: names every point at which the state on the disk
 * changes, before and after, and ends the process there with SIGKILL if it was told so.
 *
 *     write <event>    a transaction of the journal, by the first event in it; `write migration` where it has none
 *     rename <what>    a file that gets its name: original, waiting, signed, unstamped (finished without its time stamp), pairings
 *     remove <what>    a file that leaves the spool: original, waiting
 *     anchor           a line for anchors.jsonl: the head of the chain
 *     stamp            a line for anchors.jsonl: an anchor with its time stamp
 *
 * ANTIN_TEST_KILL: a JSON array of `<before|after> <point>#<occurrence>`, each thread counting for itself: the first that is
 * passed is the end, and stands in the file ANTIN_TEST_KILLED then. ANTIN_TEST_TRACE: a file that gets a line for each point
 * that was passed.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import path from 'node:path'
import { DatabaseSync, StatementSync, type SQLInputValue, type StatementResultingChanges } from 'node:sqlite'
import threads from 'node:worker_threads'

const { ANTIN_TEST_KILL: kills = '[]', ANTIN_TEST_KILLED: killed = '', ANTIN_TEST_TRACE: trace } = process.env
const killAt = new Set(JSON.parse(kills) as string[])
const passed = new Map<string, number>()
const { appendFileSync, writeFileSync } = fs

function pass(point: string): void {
  const count = (passed.get(point) ?? 0) + 1
  passed.set(point, count)
  if (trace !== undefined) appendFileSync(trace, `${point}\n`)
  if (!killAt.has(`${point}#${count}`)) return
  die(`${point}#${count}`)
}

function die(point: string): never {
  try {
    writeFileSync(killed, point, { flag: 'wx' })
  } catch {
    // Another thread was first, and the process is ending.
  }
  process.kill(process.pid, 'SIGKILL')
  // The signal reaches the other threads first where this is a worker.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

function around<Result>(point: string | undefined, work: () => Result): Result {
  if (point === undefined) return work()
  pass(`before ${point}`)
  const result = work()
  if (!(result instanceof Promise)) {
    pass(`after ${point}`)
    return result
  }
  return result.then((value: unknown) => {
    pass(`after ${point}`)
    return value
  }) as Result
}

// The journal: the events of a transaction are seen as they are inserted, the transaction when it is committed.
let firstEvent: string | undefined
const eventOf = new WeakMap<StatementSync, number>()
const prepare = Reflect.get<DatabaseSync, 'prepare'>(DatabaseSync.prototype, 'prepare')
const exec = Reflect.get<DatabaseSync, 'exec'>(DatabaseSync.prototype, 'exec')
const run = Reflect.get(StatementSync.prototype, 'run') as (this: StatementSync, ...values: SQLInputValue[]) => StatementResultingChanges

DatabaseSync.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql)
  const columns = /^INSERT INTO event \(([^)]*)\)/.exec(sql)?.[1]?.split(', ')
  if (columns) eventOf.set(statement, columns.indexOf('what'))
  return statement
}
StatementSync.prototype.run = function (this: StatementSync, ...values: SQLInputValue[]) {
  const column = eventOf.get(this)
  if (column !== undefined) firstEvent ??= values[column] as string
  return Reflect.apply(run, this, values)
} as StatementSync['run']
DatabaseSync.prototype.exec = function (sql) {
  if (sql === 'BEGIN IMMEDIATE') firstEvent = undefined
  around(sql === 'COMMIT' ? `write ${firstEvent ?? 'migration'}` : undefined, () => exec.call(this, sql))
}

// Files.
function renamed(from: fs.PathLike): string | undefined {
  const name = path.basename(String(from))
  if (name.endsWith('.signed.pdf.waiting.part')) return 'rename waiting'
  if (name.endsWith('.signed.pdf.waiting')) return 'rename unstamped'
  if (name.endsWith('.signed.pdf.part')) return 'rename signed'
  if (name.endsWith('.pdf.part')) return 'rename original'
  return name.endsWith('.part') ? `rename ${name.slice(0, name.indexOf('.'))}` : undefined
}

function removed(place: fs.PathLike): string | undefined {
  const name = path.basename(String(place))
  if (/^[0-9a-f-]{36}\.signed\.pdf\.waiting$/.test(name)) return 'remove waiting'
  return /^[0-9a-f-]{36}\.pdf$/.test(name) ? 'remove original' : undefined
}

const { rename } = fs.promises
const { renameSync, rmSync, openSync, writeSync, closeSync } = fs
/** The descriptor that is open to append to anchors.jsonl, and what is being written there. */
let anchors: number | undefined
let line = 'anchor'
fs.promises.rename = (from, to) => around(renamed(from), () => rename(from, to))
fs.renameSync = (from, to) => around(renamed(from), () => renameSync(from, to))
fs.rmSync = (place, options) => around(fs.existsSync(place) ? removed(place) : undefined, () => rmSync(place, options))
fs.openSync = (file, flags, mode) => {
  const descriptor = openSync(file, flags, mode)
  if (flags === 'a' && path.basename(String(file)) === 'anchors.jsonl') anchors = descriptor
  return descriptor
}
fs.writeSync = ((descriptor: number, ...what: [text: string]) => {
  if (descriptor === anchors) {
    line = what[0].includes('"timeStamp"') ? 'stamp' : 'anchor'
    pass(`before ${line}`)
  }
  return writeSync(descriptor, ...what)
}) as typeof fs.writeSync
fs.closeSync = (descriptor) => {
  closeSync(descriptor)
  if (descriptor !== anchors) return
  anchors = undefined
  pass(`after ${line}`)
}

// The workers of the agent are started without its own options.
const { Worker } = threads
threads.Worker = class extends Worker {
  constructor(file: string | URL, options: threads.WorkerOptions = {}) {
    super(file, { ...options, execArgv: [...(options.execArgv ?? []), '--import', import.meta.url] })
  }
}
syncBuiltinESMExports()
