import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { root } from './source-files.ts'

const pages = ['README.md', ...globSync('docs/*.md', { cwd: root }), ...globSync('{demo,tests/fixtures}/**/README.md', { cwd: root })]
const scripts = Object.keys((JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }).scripts)

test.each(pages)('%s links only to what is there', (page) => {
  const text = readFileSync(path.join(root, page), 'utf8')
  const broken = [...text.matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https?:/.test(target))
    .filter((target) => !existsSync(path.resolve(root, path.dirname(page), target)))
  expect(broken).toEqual([])
})

test.each(pages)('%s names only commands that exist', (page) => {
  const text = readFileSync(path.join(root, page), 'utf8')
  const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script = '']) => script)
  expect(named.filter((script) => !scripts.includes(script))).toEqual([])
})

test('every fixture has a line that says where it came from and why', () => {
  const listed = readFileSync(path.join(root, 'tests/fixtures/README.md'), 'utf8')
  const silent = globSync('tests/fixtures/**/*.*', { cwd: root })
    .map((file) => file.replaceAll(path.sep, '/').slice('tests/fixtures/'.length))
    .filter((file) => path.posix.basename(file) !== 'README.md' && !listed.includes(file))
  expect(silent).toEqual([])
})
