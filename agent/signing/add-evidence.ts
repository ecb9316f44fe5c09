import { appendFileSync } from 'node:fs'
import { refuse } from '../../shared/errors.ts'
import { fileSource } from '../pdf/byte-source.ts'
import { openDocument } from '../pdf/open-document.ts'
import { startRevision } from '../pdf/revision.ts'
import { addToSecurityStore } from '../pdf/security-store.ts'
import type { SecurityStore } from '../pdf/security-store.ts'
import { readCertificate } from '../trust/certificate.ts'
import { displayName } from '../trust/distinguished-name.ts'
import { fetchEvidence } from '../trust/fetch-evidence.ts'
import type { FetchedEvidence } from '../trust/fetch-evidence.ts'
import type { AskServer } from '../trust/server-question.ts'
import { evidenceNeeds } from '../verify/evidence-needs.ts'
import type { EvidenceNeed, EvidenceNeeds } from '../verify/evidence-needs.ts'
import type { RaiseJob } from './raise-document.ts'

/**
 * Appends a security store (EN 319 142-1, 5.4) with all that is needed to judge every signature and time stamp in the
 * file, as far as it is not there yet. Refuses what is not complete.
 */
export async function appendEvidence(path: string, { roots, intermediates }: RaiseJob, ask: AskServer): Promise<void> {
  const { needs, store, contents } = needsOf(path, { roots, extraCertificates: intermediates })
  const helpers = [...intermediates, ...store.certificates]
  const gathered: FetchedEvidence[] = []
  const known = { ocsps: [...store.ocsps], crls: [...store.crls] }
  for (const need of needs) {
    const evidence = await evidenceFor(need, { roots, helpers, known }, ask)
    // A list that was fetched for one certificate speaks for others, too.
    known.ocsps.push(...evidence.ocsps.filter((der) => !known.ocsps.includes(der)))
    known.crls.push(...evidence.crls.filter((der) => !known.crls.includes(der)))
    gathered.push(evidence)
  }
  writeStore(path, mergedStore(gathered), contents)
}

function needsOf(path: string, trust: { roots: Uint8Array[]; extraCertificates: Uint8Array[] }): EvidenceNeeds {
  const source = fileSource(path)
  try {
    return evidenceNeeds(openDocument(source), trust)
  } finally {
    source.close()
  }
}

interface Known {
  roots: readonly Uint8Array[]
  helpers: readonly Uint8Array[]
  known: { ocsps: readonly Uint8Array[]; crls: readonly Uint8Array[] }
}

async function evidenceFor({ leaf, carried, at }: EvidenceNeed, { roots, helpers, known }: Known, ask: AskServer): Promise<FetchedEvidence> {
  const evidence = await fetchEvidence(ask, { leaf, intermediates: [...carried, ...helpers], roots: roots.map(readCertificate), at, known })
  if (evidence.isCutShort) refuse('revocation-unknown', { holder: displayName(leaf.subject) })
  if (evidence.chain.status !== 'trusted') refuse('certificate-untrusted', { holder: displayName(leaf.subject) })
  for (const { certificate, status } of evidence.statuses) {
    const holder = displayName(certificate.subject)
    if (status.kind === 'unknown') refuse('revocation-unknown', { holder }, status.reason)
    if (status.kind === 'revoked' && status.revokedAt <= at) refuse('certificate-revoked', { holder, revokedAt: status.revokedAt.toISOString() })
  }
  return evidence
}

/** With the anchors: nobody believes them for standing here, but a verifier that only pins their digests finds them. */
function mergedStore(gathered: readonly FetchedEvidence[]): SecurityStore {
  const certificates = new Map(gathered.flatMap(({ chain }) => chain.path.map(({ sha256, der }) => [sha256, der] as const)))
  return {
    certificates: [...certificates.values()],
    ocsps: [...new Set(gathered.flatMap(({ ocsps }) => ocsps))],
    crls: [...new Set(gathered.flatMap(({ crls }) => crls))],
  }
}

function writeStore(path: string, evidence: SecurityStore, contents: readonly Uint8Array[]): void {
  const source = fileSource(path)
  try {
    const document = openDocument(source)
    const revision = startRevision(document)
    if (addToSecurityStore(document, revision, evidence, contents)) appendFileSync(path, revision.finish().bytes)
  } finally {
    source.close()
  }
}
