import { latin1 } from './characters.ts'

/** Numbers as other readers take them: `--5` is -5, `5-3` is 5, `1.2.3` is 1.2, a lone sign is 0. */
export function looseNumber(text: string): number {
  const match = /^([+-]*)(\d*)(\.\d*)?/.exec(text)
  const value = Number(`${match?.[2] ?? ''}${match?.[3] ?? ''}`)
  if (!Number.isFinite(value)) return 0
  return value !== 0 && match?.[1]?.includes('-') === true ? -value : value
}

const escapes: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, f: 12 }

/** Escapes and line ends of a literal string (7.3.4.2). */
export function unescapeLiteral(written: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(written.length)
  let length = 0
  for (let index = 0; index < written.length; index++) {
    let code = written[index] ?? 0
    if (code === 0x5c) {
      const octal = /^[0-7]{1,3}/.exec(latin1(written.subarray(index + 1, index + 4)))?.[0]
      const next = written[++index] ?? -1
      if (octal !== undefined) {
        code = Number.parseInt(octal, 8) & 0xff
        index += octal.length - 1
      } else if (next === 10 || next === 13) {
        if (next === 13 && written[index + 1] === 10) index++
        continue
      } else code = escapes[String.fromCharCode(next)] ?? next
      if (code === -1) continue
    } else if (code === 13) {
      if (written[index + 1] === 10) index++
      code = 10
    }
    bytes[length++] = code
  }
  return bytes.slice(0, length)
}
