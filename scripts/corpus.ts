/** `npm run corpus`: signs the corpus that lies beside the project and writes docs/corpus.md. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { corpusFolder } from '../tests/corpora/corpora-folder.ts'
import { corpusPage, signCorpus, sumsOf } from '../tests/corpora/sign-corpus.ts'

const corpus = corpusFolder('pdf')
if (corpus === undefined) process.exit(69)
const folder = mkdtempSync(path.join(tmpdir(), 'antin-corpus-'))
try {
  const outcomes = await signCorpus(corpus, folder)
  writeFileSync(path.resolve(import.meta.dirname, '../docs/corpus.md'), corpusPage(outcomes))
  console.log(sumsOf(outcomes))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
