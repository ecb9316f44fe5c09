/** `npm test`: everything that must hold before a change lands, cheapest first. Ends with `N passed, N failed, N skipped`. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')

interface Counts {
  passed: number
  failed: number
  skipped: number
}

const suites = process.argv.length > 2 ? process.argv.slice(2) : ['typecheck', 'lint', 'build', 'structure', 'unit', 'token', 'flow', 'attacks']

const total: Counts = { passed: 0, failed: 0, skipped: 0 }
const report: string[] = []
for (const suite of suites) {
  const startedAt = performance.now()
  const counts = isStep(suite) ? runStep(suite) : runProject(suite)
  total.passed += counts.passed
  total.failed += counts.failed
  total.skipped += counts.skipped
  report.push(`${suite.padEnd(10)} ${line(counts)}  (${((performance.now() - startedAt) / 1000).toFixed(0)} s)`)
}
console.log(`\n${report.join('\n')}\n`)
console.log(line(total))
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1

function isStep(suite: string): boolean {
  return ['typecheck', 'lint', 'build'].includes(suite)
}

function runStep(script: string): Counts {
  const { status } = spawnSync('npm', ['run', '--silent', script], { cwd: root, stdio: 'inherit' })
  return status === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
}

/** One vitest project; the counts come from its JSON report, and a run without a report is a failure. */
function runProject(project: string): Counts {
  const folder = mkdtempSync(path.join(tmpdir(), 'antin-test-'))
  const file = path.join(folder, 'report.json')
  try {
    const words = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    const { status } = spawnSync('vitest', words, { cwd: root, stdio: 'inherit' })
    return { ...readCounts(file, status ?? 1) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readCounts(file: string, status: number): Counts {
  let report: { numPassedTests: number; numFailedTests: number; numPendingTests: number; numTodoTests: number }
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as typeof report
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
  // A suite that could not even load has no failed test; its exit status tells.
  const failed = report.numFailedTests === 0 && status !== 0 ? 1 : report.numFailedTests
  return { passed: report.numPassedTests, failed, skipped: report.numPendingTests + report.numTodoTests }
}

function line({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
