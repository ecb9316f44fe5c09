import { statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { refusalOf, type Refusal } from '../../shared/errors.ts'
import type { DocumentFacts } from '../../shared/protocol/sign.ts'
import { errorText } from '../../shared/text/errors.ts'
import { fileSource } from '../pdf/byte-source.ts'
import { fieldsOf } from '../pdf/form-fields.ts'
import { openDocument, type PdfDocument } from '../pdf/open-document.ts'
import { certificationOf, signaturesOf, type FieldLock, type SignatureInFile } from '../pdf/signatures.ts'
import { inPlain } from '../session/shown-name.ts'
import type { ActRequest, ReadPlaces } from '../signing/acts/act.ts'
import { createDocumentWorkers } from '../signing/document-workers.ts'
import type { Place } from '../signing/appearance/appearance.ts'
import type { ActPlanner, DocumentWorkers } from '../signing/sign-document.ts'
import { placeWords } from './place.ts'

export const usage = `Usage: antin inspect FILE… [--json]

Says what PDF files are made of: pages, revisions, signatures, form fields and locks, and what was read of the text.
Whether signatures are to be trusted is a question for "antin verify".

  --json   print it as JSON

Exit code: 0 every file was read, 1 a file cannot be read or must not be signed, 64 wrong use.
`

interface Structure {
  sizeBytes: number
  /** Where each revision ends that a signature covers, and the file; bytes from its start. */
  revisions: { endBytes: number; signedBy: string | undefined }[]
  /** What the certification allows: 1 nothing, 2 fields and signatures, 3 annotations too. */
  certification: 1 | 2 | 3 | undefined
  fields: { name: string; type: string; filled: boolean }[]
  locks: ({ signature: string } & FieldLock)[]
}

interface Inspected extends Structure {
  facts: DocumentFacts
  read: ReadPlaces & { confidence: number; doubt: string | undefined }
}

interface InspectedFile {
  file: string
  outcome: Inspected | { refusal: Refusal }
}

export async function run(words: string[]): Promise<number> {
  let options: { files: string[]; json: boolean }
  try {
    options = readOptions(words)
  } catch (error) {
    process.stderr.write(`antin: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    return 64
  }
  const workers = createDocumentWorkers()
  const inspected: InspectedFile[] = []
  try {
    for (const file of options.files) inspected.push({ file, outcome: await inspectFile(workers, file) })
  } finally {
    await workers.close()
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ files: inspected.map(({ file, outcome }) => ({ file, ...outcome })) })}\n`)
  else for (const one of inspected) process.stdout.write(inspectionText(one))
  return inspected.some(({ outcome }) => 'refusal' in outcome) ? 1 : 0
}

function readOptions(words: string[]): { files: string[]; json: boolean } {
  const { values, positionals: files } = parseArgs({ args: words, allowPositionals: true, options: { json: { type: 'boolean', default: false } } })
  if (files.length === 0) throw new Error('no file is named')
  const missing = files.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
  if (missing !== undefined) throw new Error(`there is no file ${missing}`)
  return { files, json: values.json }
}

async function inspectFile(workers: DocumentWorkers & ActPlanner, file: string): Promise<InspectedFile['outcome']> {
  try {
    // First in a watched worker: what it can read in time is safe to be opened here.
    const facts = await workers.inspect(file)
    const act: ActRequest = { act: 'approve', lines: [], whenUnsure: 'propose', keyRole: 'unknown' }
    const { read, confidence, doubt } = await workers.plan({ input: file, certificates: [], signedAt: new Date(), act })
    return { facts, ...structureOf(file), read: { ...read, confidence, doubt } }
  } catch (error) {
    return { refusal: refusalOf(error) }
  }
}

function structureOf(file: string): Structure {
  const source = fileSource(file)
  try {
    const document = openDocument(source)
    const signatures = signaturesOf(document)
    return {
      sizeBytes: source.sizeBytes,
      revisions: revisionsOf(signatures, source.sizeBytes),
      certification: certificationOf(document)?.permissions,
      fields: namedFields(document),
      locks: signatures.flatMap(({ fieldName, fieldMdp }) => (fieldMdp ? [{ signature: fieldName, ...fieldMdp }] : [])),
    }
  } finally {
    source.close()
  }
}

function revisionsOf(signatures: readonly SignatureInFile[], sizeBytes: number): Structure['revisions'] {
  const signed = signatures.map(({ fieldName, byteRange: [, , start = NaN, length = NaN] }) => ({ endBytes: start + length, signedBy: fieldName }))
  const inFile = signed.filter(({ endBytes }) => endBytes <= sizeBytes).toSorted((one, other) => one.endBytes - other.endBytes)
  return inFile.at(-1)?.endBytes === sizeBytes ? inFile : [...inFile, { endBytes: sizeBytes, signedBy: undefined }]
}

function namedFields(document: PdfDocument): Structure['fields'] {
  return fieldsOf(document)
    .filter(({ partialName }) => partialName !== undefined)
    .map(({ name, type, dict }) => ({ name, type: type ?? '', filled: document.get(dict, 'V') !== null }))
}

function inspectionText({ file, outcome }: InspectedFile): string {
  if ('refusal' in outcome) return `${inPlain(file)}\n  refused: ${inPlain(errorText(outcome.refusal, 'en'))}\n`
  const { facts, revisions, certification, fields, locks, read, sizeBytes } = outcome
  const { block } = read
  const lines = [
    `${facts.pages} pages, ${sizeBytes} bytes${facts.warnings.length > 0 ? `; ${facts.warnings.join(', ')}` : ''}`,
    ...revisions.map(({ endBytes, signedBy }, index) => `revision ${index + 1} ends at ${endBytes}${signedBy === undefined ? ', not signed' : `, signed by ${signedBy}`}`),
    ...facts.signatures.map(({ holder, signedAt, valid }) => `signature of ${holder}${signedAt === undefined ? '' : ` at ${signedAt}`}: ${valid ? 'holds' : 'does not hold'}`),
    ...(certification === undefined ? [] : [`certified, P=${certification}`]),
    ...fields.map(({ name, type, filled }) => `field ${name} (${type}), ${filled ? 'filled' : 'empty'}`),
    ...locks.map(({ signature, action, fields: names }) => `${signature} locks ${action} ${names.join(', ')}`),
    `number ${facts.number || '(not read)'}, subject ${facts.subject || '(not read)'}`,
    ...(['number', 'day', 'month', 'year'] as const).flatMap((part) => blankLine(part, read[part])),
    block ? `signing block on page ${block.page}: ${[...block.title, block.name].join(' / ')}` : 'no signing block',
    `certainty ${Math.round(read.confidence * 100)} %${read.doubt === undefined ? '' : ` (${read.doubt})`}`,
  ]
  // Names of fields and words of the text are the document's own: they must not steer the terminal, or begin a line of ours.
  return `${inPlain(file)}\n${lines.map((line) => `  ${inPlain(line)}\n`).join('')}`
}

function blankLine(part: string, blank: { typed: string; place: Place } | undefined): string[] {
  return blank ? [`${part}: ${blank.typed === '' ? `blank at ${placeWords(blank.place)}` : blank.typed}`] : []
}
