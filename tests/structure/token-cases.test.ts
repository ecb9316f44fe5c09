import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { root } from './source-files.ts'

/** Names of the cases of a file as they will run: vitest is asked, since one `test.each` is many. */
function casesOf(file: string): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'antin-list-'))
  const list = path.join(folder, 'list.json')
  try {
    execFileSync('vitest', ['list', '--project', 'token', '--no-static-parse', `--json=${list}`, file], { cwd: root, stdio: 'pipe', env: { ...process.env, PATH: `${path.join(root, 'node_modules/.bin')}${path.delimiter}${process.env.PATH ?? ''}` } })
    return [...new Set((JSON.parse(readFileSync(list, 'utf8')) as { name: string }[]).map(({ name }) => name))]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test.each([
  ['what a driver can do wrong', 'faults', 24],
  ['what can become of a PIN', 'pin', 14],
])('%s: the cases that were promised are there, and each is another one', (_, name, least) => {
  expect(casesOf(`tests/agent/token/real/${name}.test.ts`).length).toBeGreaterThanOrEqual(least)
}, 180_000)
