import { constants, createPrivateKey, privateEncrypt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { memorySource } from '../../../agent/pdf/byte-source.ts'
import { openDocument } from '../../../agent/pdf/open-document.ts'
import { usualScheme } from '../../../agent/token/key-source.ts'
import { createDocumentWorkers } from '../../../agent/signing/document-workers.ts'
import { createEvidenceWorkers } from '../../../agent/signing/evidence-workers.ts'
import type { EvidenceWorkers, RaiseJob } from '../../../agent/signing/raise-document.ts'
import type { SignJob } from '../../../agent/signing/sign-document.ts'
import { signEcdsa } from '../../../agent/token/ecdsa.ts'
import type { VerificationReport } from '../../../agent/verify/report.ts'
import { verifyDocument } from '../../../agent/verify/verify-document.ts'
import type { Credential, HolderRequest } from '../../../demo/authority/authority.ts'
import { openAuthorityRig } from '../trust/authority-rig.ts'
import type { AuthorityRig } from '../trust/authority-rig.ts'
import { writeDecision } from './sample-pdf.ts'

/** The authority's servers, and documents that are signed under it. */
export interface RaiseRig extends AuthorityRig {
  evidence: EvidenceWorkers
  /** A decision, signed to B-B. @returns its path */
  signed(name: string, more?: SignedOptions): Promise<string>
  job(input: string, output: string, more?: Partial<RaiseJob>): RaiseJob
  verified(path: string, at?: Date): Promise<VerificationReport>
}

export interface SignedOptions extends Partial<HolderRequest> {
  credential?: Credential
  /** Signs this file instead of a new decision. */
  input?: string
  /** What else is asked for: an act, a field, a certification. */
  more?: Partial<SignJob>
}

export async function openRaiseRig(): Promise<RaiseRig> {
  const rig = await openAuthorityRig()
  const evidence = createEvidenceWorkers({ askServer: rig.ask })
  const workers = createDocumentWorkers({ size: 1 })
  const rootDer = rig.servers.authority.root.certificateDer
  return {
    ...rig,
    evidence,
    async signed(name, { credential, input, more = {}, ...request } = {}) {
      const own = credential ?? (await rig.issue(request))
      const original = input ?? join(rig.folder, `${name}-original.pdf`)
      if (input === undefined) await writeDecision(original)
      const output = join(rig.folder, `${name}.pdf`)
      await workers.sign({ ...signJob(own, original, output), ...more }, (digest) => Promise.resolve(signWith(own, digest)))
      return output
    },
    job: (input, output, more = {}) => ({
      input,
      output: join(rig.folder, output),
      level: 'B-T',
      stamp: 'append',
      timeStamp: { url: rig.servers.timeStampUrl },
      roots: [rootDer],
      intermediates: [],
      patience: { tries: 3, timeoutMs: 500, pauseMs: 1 },
      ...more,
    }),
    verified: (path, at = new Date()) => {
      const extraCertificates = [rig.servers.authority.issuing.certificateDer]
      return verifyDocument(openDocument(memorySource(readFileSync(path))), { roots: [rootDer], extraCertificates, at })
    },
    close: async () => {
      await Promise.all([evidence.close(), workers.close()])
      await rig.close()
    },
  }
}

/** Only the leaf is carried, as in the field: the authority above it has to be fetched. */
function signJob(credential: Credential, input: string, output: string): SignJob {
  const { namedCurve } = createPrivateKey(credential.privateKeyPem).asymmetricKeyDetails ?? {}
  const algorithm = namedCurve === undefined ? 'rsa' : namedCurve === 'secp384r1' ? 'ecdsa-p384' : 'ecdsa-p256'
  return { input, output, certificates: [credential.certificateDer], algorithm, scheme: usualScheme, signedAt: new Date(), appearance: undefined }
}

/** RFC 8017, 9.2: the DigestInfo of SHA-256 up to its value. */
const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex')

function signWith({ privateKeyPem }: Credential, digest: Uint8Array): Uint8Array {
  const key = createPrivateKey(privateKeyPem)
  if (key.asymmetricKeyType === 'ec') return signEcdsa(key, digest)
  return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([digestInfo, digest]))
}
