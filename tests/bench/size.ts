import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { deflateRawSync, gzipSync } from 'node:zlib'
import type { Row } from './measure.ts'

const output = path.resolve(import.meta.dirname, '../../.output')
const builds = [['Chromium', 'chrome-mv3'], ['Firefox', 'firefox-mv3']] as const

/** How much the extension weighs, as `npm run build` has made it: in the store, and in every page of a listed site. */
export function benchSize(): Promise<Row[]> {
  return Promise.resolve(
    builds.flatMap(([browser, name]): Row[] => {
      const folder = path.join(output, name)
      if (!existsSync(folder)) throw new Error('build first: npm run build')
      const script = readFileSync(path.join(folder, 'content-scripts/documents.js'))
      return [
        { name: `extension for ${browser}, zipped`, value: zippedBytes(folder) / 1e6, unit: 'MB', limit: { most: 1.5 }, note: 'with pdf.js' },
        { name: `content script for ${browser}, gzip`, value: gzipSync(script, { level: 9 }).length / 1e3, unit: 'kB', limit: { most: 20 } },
      ]
    }),
  )
}

/** What a ZIP archive of the folder takes: each file deflated, with its local header, its entry in the directory, and the end record (APPNOTE 4.3). */
function zippedBytes(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const ofFile = files.map(({ parentPath, name }) => {
    const file = path.join(parentPath, name)
    const nameBytes = Buffer.byteLength(path.relative(folder, file))
    return deflateRawSync(readFileSync(file), { level: 9 }).length + 30 + 46 + 2 * nameBytes
  })
  return ofFile.reduce((sum, bytes) => sum + bytes, 22)
}
