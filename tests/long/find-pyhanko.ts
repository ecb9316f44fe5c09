import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A Python that has pyHanko. */
export interface Pyhanko {
  python: string
  version: string
  remove(): void
}

/** The one that PYHANKO_PYTHON names, else one in a temporary environment made by pip; where neither can be had, one visible line says so. */
export function findPyhanko(): Pyhanko | undefined {
  const named = process.env['PYHANKO_PYTHON']
  const brought = named === undefined ? undefined : usable(named, () => undefined)
  if (brought !== undefined) return brought
  const folder = mkdtempSync(join(tmpdir(), 'antin-pyhanko-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const python = join(folder, 'bin', 'python')
  const made = spawnSync('python3', ['-m', 'venv', folder]).status === 0
  const installed = made && spawnSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'pyhanko'], { timeout: 300_000 }).status === 0
  const found = installed ? usable(python, remove) : undefined
  if (found === undefined) {
    remove()
    process.stdout.write('pyhanko: it cannot be installed here, its tests are SKIPPED\n')
  }
  return found
}

function usable(python: string, remove: () => void): Pyhanko | undefined {
  const { status, stdout } = spawnSync(python, ['-c', 'from pyhanko.version import __version__; print(__version__)'], { encoding: 'utf8' })
  return status === 0 ? { python, version: stdout.trim(), remove } : undefined
}
