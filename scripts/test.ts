/** `npm test`: everything that must hold before a change lands. Ends with `N passed, N failed, N skipped`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, setPriority, tmpdir } from 'node:os'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')

interface Counts {
  passed: number
  failed: number
  skipped: number
}

interface Outcome extends Counts {
  suite: string
  seconds: number
  /** The names of the tests that failed, each with the first line of why. */
  failures: string[]
}

const steps = new Set(['typecheck', 'lint', 'build'])

/**
 * What stands in one stage runs side by side, two at a time. The first of a stage goes from step to step and waits in between, for a
 * driver, a browser, a deadline: the others fill that time, and give way when it goes on. Flow, kills and the tests that start an agent
 * on the usual ports are kept apart, as one desk would meet the other's agent.
 */
const stages = [['build'], ['token', 'unit', 'typecheck', 'structure'], ['flow', 'attacks', 'lint'], ['kills'], ['corpora'], ['long']]
const everything = ['build', 'token', 'unit', 'typecheck', 'structure', 'flow', 'attacks', 'lint']
const sideBySide = Math.min(2, availableParallelism())
const givesWay = 5

// What one process of the product has compiled serves the next: hundreds are started.
process.env.NODE_COMPILE_CACHE ??= path.join(root, 'node_modules/.cache/compiled')

const startedAt = performance.now()
const asked = process.argv.length > 2 ? process.argv.slice(2) : everything
const unknown = asked.filter((suite) => !stages.flat().includes(suite))
if (unknown.length > 0) throw new Error(`no such suite: ${unknown.join(', ')}`)
const outcomes = await runAll(asked)

const total = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
for (const { suite, failures } of outcomes) for (const failure of failures) console.log(`FAILED ${suite}: ${failure}`)
console.log(`\n${outcomes.map((outcome) => `${outcome.suite.padEnd(10)} ${line(outcome)}  (${outcome.seconds.toFixed(0)} s)`).join('\n')}\n`)
console.log(`in ${secondsSince(startedAt).toFixed(0)} s`)
console.log(line(total))
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1

async function runAll(suites: readonly string[]): Promise<Outcome[]> {
  const ended: Outcome[] = []
  for (const stage of stages) {
    const left = stage.filter((suite) => suites.includes(suite))
    const [first] = left
    // A suite that runs alone is watched as it goes; of several, each is printed whole when it has ended.
    const isAlone = left.length === 1
    const lane = async (): Promise<void> => {
      for (let suite = left.shift(); suite !== undefined; suite = left.shift()) ended.push(await run(suite, isAlone, suite === first ? 0 : givesWay))
    }
    await Promise.all(Array.from({ length: sideBySide }, lane))
  }
  return ended
}

async function run(suite: string, isAlone: boolean, niceness: number): Promise<Outcome> {
  console.log(`\n${suite} …`)
  const from = performance.now()
  const result = steps.has(suite) ? await runStep(suite, isAlone, niceness) : await runProject(suite, isAlone, niceness)
  return { suite, seconds: secondsSince(from), ...result }
}

async function runStep(script: string, isAlone: boolean, niceness: number): Promise<Counts & { failures: string[] }> {
  const status = await execute('npm', ['run', '--silent', script], isAlone, niceness)
  return status === 0 ? { passed: 1, failed: 0, skipped: 0, failures: [] } : { passed: 0, failed: 1, skipped: 0, failures: [`npm run ${script}`] }
}

/** One vitest project; the counts come from its JSON report, and a run without a report is a failure. */
async function runProject(project: string, isAlone: boolean, niceness: number): Promise<Counts & { failures: string[] }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'antin-test-'))
  const file = path.join(folder, 'report.json')
  try {
    const status = await execute('vitest', ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`], isAlone, niceness)
    return readReport(file, status)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @returns the exit status; what the program prints is shown as it comes, or in one piece at its end */
async function execute(program: string, words: string[], isAlone: boolean, niceness: number): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'antin-test-'))
  // A file and no pipe: what a test left running would hold a pipe open for good.
  const printed = path.join(folder, 'printed')
  const output = isAlone ? 'inherit' : openSync(printed, 'w')
  try {
    const child = spawn(program, words, { cwd: root, stdio: ['inherit', output, output] })
    if (niceness > 0 && child.pid !== undefined) setPriority(child.pid, niceness)
    const [code] = (await once(child, 'exit')) as [number | null]
    if (output !== 'inherit') process.stdout.write(readFileSync(printed))
    return code ?? 1
  } finally {
    if (output !== 'inherit') closeSync(output)
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Report {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults: { name: string; status: string; message?: string; assertionResults: { status: string; fullName: string; failureMessages?: string[] | null }[] }[]
}

function readReport(file: string, status: number): Counts & { failures: string[] } {
  let report: Report
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch {
    return { passed: 0, failed: 1, skipped: 0, failures: ['it wrote no report'] }
  }
  const failures = report.testResults.flatMap(failuresOf)
  // A suite that could not even load has no failed test; its exit status tells.
  const failed = report.numFailedTests === 0 && status !== 0 ? Math.max(1, failures.length) : report.numFailedTests
  return { passed: report.numPassedTests, failed, skipped: report.numPendingTests + report.numTodoTests, failures }
}

function failuresOf({ name, status, message = '', assertionResults }: Report['testResults'][number]): string[] {
  const file = path.relative(root, name)
  const failed = assertionResults.filter((test) => test.status === 'failed').map(({ fullName, failureMessages }) => `${file} > ${fullName}: ${firstLine(failureMessages?.[0] ?? '')}`)
  return failed.length === 0 && status === 'failed' ? [`${file}: ${firstLine(message)}`] : failed
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}

function sum(count: keyof Counts): number {
  return outcomes.reduce((all, outcome) => all + outcome[count], 0)
}

function secondsSince(from: number): number {
  return (performance.now() - from) / 1000
}

function line({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
