import { marksText, type PlacedMark } from './marks.ts'

/**
 * What both sides hash, in list order, for `approve` and for the short code: each document with the marks that will be drawn on
 * it. A control character in a name counts as a blank, so that no name can pass for a second line.
 */
export function digestListText(documents: readonly { name: string; sha256: string; marks?: readonly PlacedMark[] | undefined }[]): string {
  return documents.map(({ name, sha256: digest, marks = [] }) => `${digest}  ${name.replaceAll(/\p{Cc}/gu, ' ')}\n${marksText(marks)}`).join('')
}

/** Eight characters that the clerk can compare at a glance: the first 40 bits in Crockford base 32, `XXXX-XXXX`. */
export function shortCode(digestListSha256: string): string {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  let bits = BigInt(`0x${digestListSha256.slice(0, 10)}`)
  let code = ''
  for (let index = 0; index < 8; index++) {
    code = (alphabet[Number(bits & 31n)] ?? '') + code
    bits >>= 5n
  }
  return `${code.slice(0, 4)}-${code.slice(4)}`
}
