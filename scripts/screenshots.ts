/** `npm run screenshots`: popup, sign window, panel, first run and settings as the flow test shows them, in both languages, light and dark, into docs/images/ (or the folder named). */
import { spawnSync } from 'node:child_process'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const folder = path.resolve(process.argv[2] ?? path.join(root, 'docs/images'))
const run = (program: string, words: string[]): void => {
  const { status } = spawnSync(program, words, { cwd: root, stdio: 'inherit', env: { ...process.env, ANTIN_SCREENSHOTS: folder } })
  if (status !== 0) process.exit(status ?? 1)
}

run('npm', ['run', '--silent', 'build', '--', '--demo'])
run('vitest', ['run', '--project', 'flow', 'tests/flow/sign-batch.test.ts'])
console.log(folder)
