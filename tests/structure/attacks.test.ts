import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { root } from './source-files.ts'

const page = readFileSync(path.join(root, 'docs/threat-model.md'), 'utf8')

/** The rows of the table below that heading, without its head. */
function rowsBelow(heading: string): string[][] {
  const part = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const lines = part.split('\n').filter((line) => line.startsWith('| '))
  return lines.slice(1).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))
}

/** Every case of tests/attacks as it will run, by its file: vitest is asked, since one `it.each` is many. */
function countCases(): Map<string, number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'antin-list-'))
  const file = path.join(folder, 'list.json')
  try {
    execFileSync('vitest', ['list', '--project', 'attacks', '--no-static-parse', `--json=${file}`], { cwd: root, stdio: 'pipe', env: { ...process.env, PATH: `${path.join(root, 'node_modules/.bin')}${path.delimiter}${process.env.PATH ?? ''}` } })
    const cases = JSON.parse(readFileSync(file, 'utf8')) as { file: string; name: string }[]
    const names = new Set(cases.map(({ file: of, name }) => `${of} ${name}`))
    return new Map([...Map.groupBy(names, (name) => path.relative(root, name.slice(0, name.indexOf(' '))).replaceAll(path.sep, '/'))].map(([of, members]) => [of, members.length]))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('the attacks that were promised are there, group by group, and each is another one', () => {
  const promised = rowsBelow('The attacks that are tried').map(([group = '', count = '', file = '']) => ({ group, count: Number(count), file: file.replaceAll('`', '') }))
  expect(Object.fromEntries(promised.map(({ group, count }) => [group, count]))).toMatchObject({
    'Origin': 12,
    'Host': 10,
    'cross-site requests and fingerprints': 12,
    'frames': 12,
    'slow and many': 6,
    'pairing': 8,
    'replay and downgrade': 8,
    'binding of a batch': 8,
    'file names': 14,
  })
  const counted = countCases()
  expect(promised.filter(({ count, file }) => (counted.get(file) ?? 0) < count)).toEqual([])
  expect(promised.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThanOrEqual(90)
}, 180_000)

test.each(rowsBelow('Threats and the rule that answers each').map(([threat = '', rule = '', where = '', tests = '']) => ({ threat, rule, where, tests })))('$threat: has a rule, a room and tests that exist', ({ rule, where, tests }) => {
  expect(rule.length).toBeGreaterThan(20)
  for (const [text, least] of [[where, 'agent|extension|both|shared'], [tests, 'tests/']] as const) expect(text).toMatch(new RegExp(least))
  const named = [...tests.matchAll(/`(tests\/[^`]+)`/g)].map(([, place = '']) => place)
  expect(named.length).toBeGreaterThan(0)
  expect(named.filter((place) => !existsSync(path.join(root, place)) || (!place.endsWith('.ts') && !place.endsWith('.tsx') && globSync(`${place}/**/*.test.{ts,tsx}`, { cwd: root }).length === 0))).toEqual([])
})

test('every file of attacks is named in the threat model', () => {
  expect(globSync('tests/attacks/*.test.ts', { cwd: root }).map((file) => file.replaceAll(path.sep, '/')).filter((file) => !page.includes(file))).toEqual([])
})
