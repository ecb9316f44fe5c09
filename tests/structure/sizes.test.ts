import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { deflateRawSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { root } from './source-files.ts'

// What every listed page loads, and what every PC downloads. Measured where it was built; `npm test` builds first.
const built = globSync('.output/*-mv3*', { cwd: root }).map((folder) => path.join(root, folder)).filter((folder) => existsSync(path.join(folder, 'manifest.json')))
const kilobyte = 1024
/** Headers of an entry of a ZIP file, without its name (APPNOTE 4.3.7, 4.3.12). */
const entryBytes = 30 + 46

describe.skipIf(built.length === 0).each(built.length === 0 ? [''] : built)('%s', (folder) => {
  test('the content script of every listed page is at most 20 kB gzip', () => {
    expect(gzipSync(readFileSync(path.join(folder, 'content-scripts/documents.js')), { level: 9 }).length).toBeLessThanOrEqual(20 * kilobyte)
  })

  test('as a ZIP file it is at most 1.5 MB, pdf.js included', () => {
    const files = globSync('**/*.*', { cwd: folder })
    expect(files.some((file) => file.includes('pdf'))).toBe(true)
    const sizes = files.map((file) => deflateRawSync(readFileSync(path.join(folder, file)), { level: 9 }).length + entryBytes + 2 * Buffer.byteLength(file))
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(1.5 * kilobyte * kilobyte)
  })
})
