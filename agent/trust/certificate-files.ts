import { X509Certificate } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Every certificate in the folder of root certificates that the settings name. */
export function certificatesIn(folder: string): Uint8Array[] {
  return readdirSync(folder)
    .filter((name) => /\.(pem|crt|cer|der)$/i.test(name))
    .flatMap((name) => readCertificates(join(folder, name)))
}

/** One DER certificate, or any number in PEM. */
export function readCertificates(file: string): Uint8Array[] {
  const bytes = readFileSync(file)
  const blocks = bytes.toString('latin1').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
  try {
    return (blocks ?? [bytes]).map((block) => new Uint8Array(new X509Certificate(block).raw))
  } catch (cause) {
    throw new Error(`${file} holds no certificate`, { cause })
  }
}
