import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What pdfsig says of each signature, oldest first; empty fields are none. */
export function pdfsig(path: string): { valid: boolean; wholeFile: boolean }[] {
  const { stdout } = spawnSync('pdfsig', ['-nocert', path], { encoding: 'utf8' })
  return stdout
    .split(/^Signature #/m)
    .slice(1)
    .filter((text) => !text.includes('field is not signed'))
    .map((text) => ({ valid: text.includes('Signature is Valid'), wholeFile: /^ +- Total document signed/m.test(text) }))
}

/** Takes the newest container out of the file and has OpenSSL verify it over the covered bytes, up to the root. */
export function opensslVerifies(path: string, folder: string, rootPem: string): boolean {
  const file = readFileSync(path)
  const text = file.toString('latin1')
  const newest = [...text.matchAll(/\/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]/g)].at(-1) ?? []
  const [start = 0, length = 0, tailStart = 0, tailLength = 0] = newest.slice(1).map(Number)
  const padded = Buffer.from(text.slice(start + length + 1, tailStart - 1), 'hex')
  const at = (name: string): string => join(folder, name)
  // DER, long form with two bytes of length.
  writeFileSync(at('container.der'), padded.subarray(0, 4 + padded.readUInt16BE(2)))
  writeFileSync(at('covered.bin'), Buffer.concat([file.subarray(start, start + length), file.subarray(tailStart, tailStart + tailLength)]))
  writeFileSync(at('root.pem'), rootPem)
  const words = ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', at('container.der'), '-content', at('covered.bin'), '-CAfile', at('root.pem')]
  return spawnSync('openssl', [...words, '-purpose', 'any', '-out', at('verified.bin')]).status === 0
}
