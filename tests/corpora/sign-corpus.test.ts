import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { corpusFolder } from './corpora-folder.ts'
import { corpusPage, documented, signCorpus, sumsOf } from './sign-corpus.ts'
import type { Outcome } from './sign-corpus.ts'

const corpus = corpusFolder('pdf')
let folder: string
let outcomes: Outcome[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'antin-corpus-'))
  outcomes = corpus === undefined ? [] : await signCorpus(corpus, folder)
}, 1_200_000)
afterAll(() => rmSync(folder, { recursive: true }))

test.skipIf(corpus === undefined)('every real file is signed as every judge wants it, or refused by name', () => {
  const { signed, signable } = sumsOf(outcomes)
  console.log(`sign-corpus: ${outcomes.length} documents, ${signable} signable, ${signed} signed`)
  expect(outcomes.length).toBeGreaterThan(600)
  expect(outcomes.filter((outcome) => 'faults' in outcome && outcome.faults.length > 0)).toEqual([])
  expect(outcomes.filter((outcome) => 'refusal' in outcome && ![...documented, 'document-unreadable'].includes(outcome.refusal.code))).toEqual([])
  expect(outcomes.filter((outcome) => outcome.opens && 'faults' in outcome).length / signable).toBeGreaterThanOrEqual(0.98)
})

test.skipIf(corpus === undefined)('docs/corpus.md says what became of each', () => {
  expect(readFileSync(resolve(import.meta.dirname, '../../docs/corpus.md'), 'utf8')).toBe(corpusPage(outcomes))
})
