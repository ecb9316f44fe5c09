import { assembleSignedData } from '../cms/assemble-signed-data.ts'
import type { MadeScheme } from '../cms/signature-scheme.ts'
import { buildSignedAttributes, digestToSign } from '../cms/signed-attributes.ts'
import type { ContainerMaker } from './fill-small-file.ts'
import type { SignJob } from './sign-document.ts'
import type { Stage } from './stage.ts'

/** Gets the digest of the signed attributes, returns the raw signature. */
export type AskKey = (digest: Uint8Array) => Promise<Uint8Array>

/** The turn at reading and writing is given up while the key is asked: that may take minutes. */
export function containersFor(job: SignJob, sizeBytes: number, stage: Stage, askKey: AskKey): ContainerMaker {
  const { certificates } = job
  const scheme = schemeOf(job)
  return {
    digest: scheme.digest,
    async make(covered) {
      const [certificate] = certificates
      if (!certificate) throw new Error('a signature needs its certificate')
      const signedAttributes = buildSignedAttributes({ digest: covered, certificate })
      stage.leave()
      const signature = await askKey(digestToSign(signedAttributes, scheme.digest))
      await stage.enter(sizeBytes)
      return assembleSignedData({ signedAttributes, signature, certificates, scheme })
    },
  }
}

/** As the container names what the key does: the padding is a matter of RSA alone. */
function schemeOf({ algorithm, scheme: { digest, padding } }: SignJob): MadeScheme {
  if (algorithm !== 'rsa') return { kind: 'ecdsa', digest }
  return { kind: padding === 'pss' ? 'rsa-pss' : 'rsa-pkcs1', digest }
}
