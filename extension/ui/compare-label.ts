import type { BatchOnScreen } from '../../shared/messages/view.ts'
import { unmarked } from '../../shared/text/unmarked.ts'

type Document = BatchOnScreen['documents'][number]
type Label = BatchOnScreen['labels'][string]
export type Difference = 'number' | 'subject' | 'name'

/**
 * Where the page's own label says something else than the agent read from the bytes. Nothing said is no
 * difference; neither are case, spaces, marks, the words before a number or a subject, or a subject that the list cut short.
 */
export function differences(document: Document, label: Label | undefined): Difference[] {
  if (!label) return []
  const found: Difference[] = []
  const { facts } = document
  if (facts && !sameNumber(label.number ?? '', facts.number)) found.push('number')
  if (facts && !sameSubject(label.title ?? '', facts)) found.push('subject')
  if (label.name.normalize() !== document.name.normalize()) found.push('name')
  return found
}

/** Whether page and file both say a number, or both a subject. */
export function comparable({ facts }: Document, label: Label | undefined): boolean {
  if (!facts || !label) return false
  return Boolean((label.number && facts.number) || (label.title && (facts.subject || facts.title)))
}

function sameNumber(onPage: string, inFile: string): boolean {
  const [page, file] = [onPage, inFile].map((text) => unmarked(text).replace(/^so\s*:?\s*/, '').replaceAll(/\s+/g, '').replace(/^0+(?=\d)/, ''))
  return !page || !file || page === file
}

const shortestPart = 12

function sameSubject(onPage: string, facts: { subject: string; title: string }): boolean {
  const page = subject(onPage)
  const read = [facts.subject, facts.title, `${facts.title} ${facts.subject}`].map(subject).filter(Boolean)
  if (!page || read.length === 0) return true
  return read.some((file) => file === page || partOf(page, file) || partOf(file, page))
}

/** A list may cut a subject at its end, or leave out the kind of document before it. */
function partOf(part: string, whole: string): boolean {
  return part.length >= shortestPart && (whole.startsWith(part) || whole.endsWith(part))
}

function subject(text: string): string {
  const words = unmarked(text).replaceAll(/[^\p{L}\p{N}]+/gu, ' ').trim()
  return words.replaceAll(/\b(v v|ve viec)\b/g, ' ').replaceAll(/\s+/g, ' ').trim()
}
