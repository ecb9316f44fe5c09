import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RaisedLevel } from '../../agent/signing/raise-document.ts'
import { levels } from '../../agent/verify/report.ts'
import type { Level } from '../../agent/verify/report.ts'
import { keyKinds } from '../../demo/authority/key-pair.ts'
import { pdfsig } from '../agent/signing/judges.ts'
import { openRaiseRig } from '../agent/signing/raise-rig.ts'
import type { RaiseRig } from '../agent/signing/raise-rig.ts'
import { actFiles } from './act-files.ts'
import { findPyhanko } from './find-pyhanko.ts'

interface Judged {
  file: string
  error?: string
  documentTimeStamps: number
  signatures: { good: boolean; verdict: string | null; stamped?: boolean; text: string; changes: Changes; strict: Changes }[]
}

/** What came after a signature, by Acrobat's rule for new fields and by pyHanko's own, which is stricter. */
interface Changes {
  level: string | null
  allowed: boolean | null
}

const pyhanko = findPyhanko()
let rig: RaiseRig
beforeAll(async () => (rig = await openRaiseRig()))
afterAll(async () => {
  await rig.close()
  pyhanko?.remove()
})

const copies = 8
const made: { path: string; level: Level }[] = []

/** 200 of our outputs: every level with every kind of key and of every act, some with two signers, some raised step by step. */
describe.skipIf(pyhanko === undefined)('pyHanko', () => {
  it.each(keyKinds)('agrees on every level with a %s key', async (key) => {
    const credential = await rig.issue({ key })
    const files: typeof made = []
    for (const level of levels) {
      for (let copy = 0; copy < copies; copy++) files.push(await makeFile(`${key}-${level}-${copy}`, level, copy, credential))
    }
    made.push(...files)
    const judged = judge(files)
    for (const [index, { path, level }] of files.entries()) {
      const { error, signatures = [], documentTimeStamps } = judged[index] ?? { error: 'not judged', documentTimeStamps: 0 }
      expect({ path, error }).toEqual({ path, error: undefined })
      expect(signatures.map(({ good, verdict, text }) => (good ? 'valid' : `${verdict ?? ''} ${text}`))).toEqual(signatures.map(() => 'valid'))
      // The first of two signers is stamped by what covers him.
      expect(signatures.at(-1)?.stamped).toBe(level !== 'B-B')
      expect(documentTimeStamps > 0).toBe(level === 'B-LTA' || isAppended(path, level))
      // poppler does not judge document time stamps, which stand behind the signatures.
      expect(pdfsig(path).slice(0, signatures.length).every(({ valid }) => valid)).toBe(true)
      const report = await rig.verified(path)
      expect(report.signatures.filter(({ kind }) => kind !== 'document-timestamp').map((signature) => signature.level)).toEqual(signatures.map(() => level))
    }
  })

  it('agrees on every act, on a locked field and on a certification, at every level', async () => {
    const files = await actFiles(rig)
    made.push(...files)
    const judged = judge(files)
    for (const [index, { path, level, opinion, kind }] of files.entries()) {
      const { error, signatures = [] } = judged[index] ?? { error: 'not judged' }
      expect({ kind, level, error }).toEqual({ kind, level, error: undefined })
      expect({ kind, level, signatures: signatures.map(opinionOf) }).toEqual({ kind, level, signatures: opinion })
      if (kind in afterCertification) {
        const [certification, ...others] = signatures.map(({ changes, strict }) => ({ changes, strict }))
        expect({ kind, level, certification }).toEqual({ kind, level, certification: afterCertification[kind] })
        expect(others.flatMap(({ changes, strict }) => [changes, strict]).filter(({ allowed }) => allowed === false)).toEqual([])
      }
      expect(signatures.at(-1)?.stamped).toBe(level !== 'B-B')
      expect(pdfsig(path).slice(0, signatures.length).map(({ valid }) => valid)).toEqual(signatures.map(() => true))
      const report = await rig.verified(path)
      expect([kind, report.signatures.every(({ indication }) => indication === 'TOTAL-PASSED')]).toEqual([kind, true])
    }
  })

  it('judged 200 files', () => {
    process.stdout.write(`pyhanko ${pyhanko?.version ?? ''}: ${made.length} files\n`)
    expect(made).toHaveLength(200)
  })
})

/** Every third copy is raised as the file of somebody else, by appending; every fourth has two signers. */
async function makeFile(name: string, level: Level, copy: number, credential: Awaited<ReturnType<RaiseRig['issue']>>): Promise<{ path: string; level: Level }> {
  const first = copy % 4 === 3 ? await rig.signed(`${name}-one`) : undefined
  const signed = await rig.signed(name, { credential, ...(first === undefined ? {} : { input: first }) })
  if (level === 'B-B') return { path: signed, level }
  const raise = async (input: string, to: RaisedLevel, stamp: 'into-signature' | 'append', suffix: string): Promise<string> => {
    const job = rig.job(input, `${name}-${suffix}.pdf`, { level: to, stamp })
    await rig.evidence.raise(job)
    return job.output
  }
  const path = await raise(signed, level, copy % 3 === 2 ? 'append' : 'into-signature', copy % 3 === 2 ? 'appended' : 'stamped')
  return { path: copy === 4 && level === 'B-LTA' ? await raise(path, 'B-LTA', 'append', 'renewed') : path, level }
}

/**
 * What came after a certification with P=2: filling in, and nothing else. pyHanko's own rule alone forbids new fields with an appearance, which Acrobat
 * and ISO 32000-2 (table 257: "filling in forms, instantiating page templates, and signing") do not.
 */
const filledIn: Changes = { level: 'FORM_FILLING', allowed: true }
const afterCertification: Record<string, { changes: Changes; strict: Changes }> = {
  'issue-certified': { changes: filledIn, strict: { level: 'OTHER', allowed: false } },
  // In a field that was there before.
  'certified': { changes: filledIn, strict: filledIn },
}

/** pyHanko knows no stamp annotation that may come after a signature: it says of the one before that something was added. */
function opinionOf({ good, verdict, text }: Judged['signatures'][number]): string {
  if (good) return 'valid'
  return text.includes('INTACT') && text.includes('TRUSTED') ? 'intact, trusted, added to' : `${verdict ?? ''} ${text}`
}

function isAppended(path: string, level: Level): boolean {
  return level !== 'B-B' && path.endsWith('-appended.pdf')
}

function judge(files: readonly { path: string; level: Level }[]): Judged[] {
  const at = (name: string) => join(rig.folder, name)
  writeFileSync(at('root.pem'), rig.servers.authority.root.certificatePem)
  writeFileSync(at('issuing.pem'), rig.servers.authority.issuing.certificatePem)
  const script = join(import.meta.dirname, 'pyhanko-judge.py')
  const words = [script, at('root.pem'), at('issuing.pem'), ...files.map(({ path, level }) => `${path}:${level}`)]
  const { stdout, stderr } = spawnSync(pyhanko?.python ?? '', words, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  if (stdout === '') throw new Error(stderr)
  return stdout.trim().split('\n').map((line) => JSON.parse(line) as Judged)
}
