import { createPublicKey } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readDer, contextTag } from '../../agent/cms/read-der.ts'
import { checkSignature, schemeOf } from '../../agent/cms/signature-scheme.ts'
import type { SignatureScheme } from '../../agent/cms/signature-scheme.ts'
import { element, nothing, oid, sequence, smallInteger } from '../../agent/cms/write-der.ts'
import { corpusFolder } from './corpora-folder.ts'

interface Vectors {
  numberOfTests: number
  testGroups: Group[]
}

interface Group {
  type: 'RsassaPkcs1Verify' | 'RsassaPssVerify' | 'EcdsaVerify'
  sha: string
  sLen?: number
  publicKeyDer: string
  tests: { tcId: number; comment: string; msg: string; sig: string; result: 'valid' | 'invalid' | 'acceptable' }[]
}

const digests: Record<string, string> = {
  'SHA-256': '2.16.840.1.101.3.4.2.1',
  'SHA-384': '2.16.840.1.101.3.4.2.2',
  'SHA-512': '2.16.840.1.101.3.4.2.3',
}
const pkcs1: Record<string, string> = {
  'SHA-256': '1.2.840.113549.1.1.11', 'SHA-384': '1.2.840.113549.1.1.12', 'SHA-512': '1.2.840.113549.1.1.13',
}
const ecdsa: Record<string, string> = {
  'SHA-256': '1.2.840.10045.4.3.2', 'SHA-384': '1.2.840.10045.4.3.3', 'SHA-512': '1.2.840.10045.4.3.4',
}

const folder = corpusFolder('wycheproof')
const counts = { files: 0, cases: 0, acceptableRefused: 0, disagreements: 0 }

/** The digest of a message authentication code is not a signature: those vectors are for another part. */
const names = folder === undefined ? [] : readdirSync(folder).filter((name) => /^(rsa|ecdsa)_.*\.json$/.test(name))

describe.skipIf(folder === undefined)('Wycheproof, through the check of the CMS verifier', () => {
  afterAll(() => process.stdout.write(`wycheproof: ${JSON.stringify(counts)}\n`))

  it.each(names)('%s', (name) => {
    const { numberOfTests, testGroups } = JSON.parse(readFileSync(join(folder ?? '', name), 'utf8')) as Vectors
    const wrong = testGroups.flatMap(disagreements)
    expect(wrong).toEqual([])
    expect(testGroups.flatMap(({ tests }) => tests)).toHaveLength(numberOfTests)
    counts.files++
    counts.cases += numberOfTests
    counts.disagreements += wrong.length
  })

  it('saw them all', () => expect(counts.files).toBe(22))
})

function disagreements(group: Group): string[] {
  const key = createPublicKey({ key: Buffer.from(group.publicKeyDer, 'hex'), format: 'der', type: 'spki' })
  const scheme = schemeOfGroup(group)
  return group.tests
    .filter(({ msg, sig, result }) => {
      if (result === 'acceptable') counts.acceptableRefused++
      return checkSignature(scheme, key, Buffer.from(msg, 'hex'), Buffer.from(sig, 'hex')) !== (result === 'valid')
    })
    .map(({ tcId, comment, result }) => `${tcId} ${comment}: should be ${result}`)
}

/** The scheme as a container would state it, so that its reading is tested too. */
function schemeOfGroup({ type, sha, sLen }: Group): SignatureScheme {
  const digest = sequence(oid(digests[sha] ?? ''), nothing)
  const identifiers = {
    RsassaPkcs1Verify: () => sequence(oid(pkcs1[sha] ?? ''), nothing),
    EcdsaVerify: () => sequence(oid(ecdsa[sha] ?? '')),
    RsassaPssVerify: () =>
      sequence(
        oid('1.2.840.113549.1.1.10'),
        sequence(
          element(contextTag(0), digest),
          element(contextTag(1), sequence(oid('1.2.840.113549.1.1.8'), digest)),
          element(contextTag(2), smallInteger(sLen ?? 20)),
        ),
      ),
  }
  const scheme = schemeOf(readDer(identifiers[type]()))
  expect(scheme.kind).not.toBe('unsupported')
  return scheme
}
