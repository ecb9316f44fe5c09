import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Test data that no one here wrote lies beside the project, or where CORPORA_DIR says. */
const root = process.env['CORPORA_DIR'] ?? resolve(import.meta.dirname, '../../../shared/corpora')

/** The folder of one corpus; where it is absent, one visible line says so and the suite is to be skipped. */
export function corpusFolder(name: string): string | undefined {
  const folder = join(root, name)
  if (existsSync(folder)) return folder
  process.stdout.write(`corpora: ${name} is absent (${folder}), its tests are SKIPPED\n`)
  return undefined
}
