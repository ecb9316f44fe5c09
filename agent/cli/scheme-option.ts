import type { SignatureScheme } from '../token/key-source.ts'

const digests: readonly SignatureScheme['digest'][] = ['sha256', 'sha384', 'sha512']

/** `--scheme sha256`, `--scheme sha384-pss`. */
export function readScheme(text: string): SignatureScheme {
  const [name, padding = 'pkcs1', ...rest] = text.split('-')
  const digest = digests.find((known) => known === name)
  if (digest === undefined || (padding !== 'pkcs1' && padding !== 'pss') || rest.length > 0) {
    throw new Error(`--scheme takes sha256, sha384 or sha512, each also with -pss behind it, not "${text}"`)
  }
  return { digest, padding }
}
