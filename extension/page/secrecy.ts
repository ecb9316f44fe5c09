import { plain } from './table-headings.ts'

/** Whether what a list says of secrecy is one of the three grades of the law (mật, tối mật, tuyệt mật), not "thường" or "không". */
export function isSecret(text: string): boolean {
  return /^(do mat|muc do mat)?\W*(toi |tuyet )?mat\b/.test(plain(text))
}

/** A mark that stands by itself in a row without columns. */
export function isSecretMark(text: string): boolean {
  return text.length < 24 && /^(do mat\W+)?(toi |tuyet )?mat$/.test(plain(text))
}
