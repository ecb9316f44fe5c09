import { constants, createPrivateKey, privateEncrypt } from 'node:crypto'
import { usualScheme } from '../../../agent/token/key-source.ts'
import type { SignJob } from '../../../agent/signing/sign-document.ts'
import { signEcdsa } from '../../../agent/token/ecdsa.ts'
import { createAuthority, type Credential, type HolderRequest } from '../../../demo/authority/authority.ts'

/** A person with a key in software, and what a signing job needs of it. */
export interface Signer {
  rootPem: string
  certificate: Uint8Array
  job: (input: string, output: string, more?: Partial<SignJob>) => SignJob
  askKey: (digest: Uint8Array) => Promise<Uint8Array>
}

export const holder = 'Nguyễn Thị Thuỳ Dương'

/** A leader, or who is asked for; those of one folder have their certificates from one authority. */
export async function makeSigner(folder: string, key: 'rsa-2048' | 'p-256' = 'rsa-2048', who: Partial<HolderRequest> = {}): Promise<Signer> {
  const authority = await createAuthority(folder)
  const credential = await authority.issue({ profile: 'leader', name: holder, organisation: 'Uỷ ban nhân dân tỉnh Sông Hương', key, ...who })
  return {
    rootPem: authority.root.certificatePem,
    certificate: credential.certificateDer,
    job: (input, output, more = {}) => ({
      input,
      output,
      certificates: [credential.certificateDer, ...credential.chainDer.slice(0, -1)],
      algorithm: key === 'rsa-2048' ? 'rsa' : 'ecdsa-p256',
      scheme: usualScheme,
      signedAt: new Date('2026-05-13T07:41:57Z'),
      appearance: undefined,
      ...more,
    }),
    askKey: (digest) => Promise.resolve(key === 'rsa-2048' ? signRsa(credential, digest) : signEcdsa(createPrivateKey(credential.privateKeyPem), digest)),
  }
}

/** RFC 8017, 9.2: the DigestInfo of SHA-256 up to its value. */
const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex')

function signRsa({ privateKeyPem }: Credential, digest: Uint8Array): Uint8Array {
  return privateEncrypt({ key: createPrivateKey(privateKeyPem), padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([digestInfo, digest]))
}
