import { writeFile } from 'node:fs/promises'
import forge from 'node-forge'

export interface Pkcs12Content {
  /** PKCS#8, RSA. */
  privateKeyPem: string
  certificatePem: string
  /** The authorities above the holder, the nearest first. */
  chainPem: string[]
  /** The name that a chooser of certificates shows. */
  friendlyName: string
}

/**
 * Writes an RSA key with its certificates as a PKCS#12 file (RFC 7292), AES-256 and PBKDF2, readable by its owner only.
 * @throws Error for a key that is not RSA, and for a password beyond ASCII, which node-forge would encode in a way of its own
 */
export async function writePkcs12(path: string, password: string, content: Pkcs12Content): Promise<void> {
  if (!/^[\x20-\x7e]+$/.test(password)) throw new Error('the password of a key file is printable ASCII')
  const key = forge.pki.privateKeyFromPem(content.privateKeyPem)
  const certificates = [content.certificatePem, ...content.chainPem].map((pem) => forge.pki.certificateFromPem(pem))
  const container = forge.pkcs12.toPkcs12Asn1(key, certificates, password, {
    algorithm: 'aes256',
    friendlyName: content.friendlyName,
    generateLocalKeyId: true,
  })
  await writeFile(path, Buffer.from(forge.asn1.toDer(container).getBytes(), 'binary'), { mode: 0o600 })
}
