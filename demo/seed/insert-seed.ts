import { foldedText } from '../documents.ts'
import type { VersionStep } from '../files.ts'
import type { Store } from '../store.ts'
import type { State } from '../work-order.ts'
import type { PlannedDocument } from './plan-document.ts'
import type { Recipe } from './recipe.ts'

export interface SeededDocument {
  planned: PlannedDocument
  agencyId: number
  state: State
  number: number | null
  /** YYYY-MM-DD */
  date: string | null
  drafterId: number | null
  signerId: number | null
  movedAt: Date
}

export function insertDocument(store: Store, document: SeededDocument): number {
  const { planned, agencyId, state, number, date, drafterId, signerId, movedAt } = document
  const { kind, symbol, title, urgency, secrecy, recipe, recipients } = planned
  const folded = foldedText({ number, symbol, title, kind, signerName: recipe.name })
  const year = date === null ? null : Number(date.slice(0, 4))
  const id = store.run(
    `insert into documents (agencyId, kind, symbol, number, year, date, title, urgency, secrecy, state, drafterId, signerId,
      signerName, movedAt, folded)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    agencyId, kind, symbol, number, year, date, title, urgency, secrecy, state, drafterId, signerId,
    recipe.name, movedAt.toISOString(), folded,
  )
  for (const agency of recipients) store.run('insert into recipients (documentId, agencyId) values (?, ?)', id, agency.id)
  return id
}

export interface SeededFile {
  part: 'main' | 'attachment'
  code: string
  name: string
  step: VersionStep
  addedBy: string
  addedAt: Date
}

export function insertFile(store: Store, documentId: number, file: SeededFile, recipe: Recipe): void {
  const fileId = store.run('insert into files (documentId, part, code) values (?, ?, ?)', documentId, file.part, file.code)
  store.run(
    'insert into versions (fileId, name, type, step, addedBy, addedAt, recipe) values (?, ?, ?, ?, ?, ?, ?)',
    fileId, file.name, 'application/pdf', file.step, file.addedBy, file.addedAt.toISOString(), JSON.stringify(recipe),
  )
}

export function insertHistory(store: Store, documentId: number, lines: { at: Date; actor: string; did: string; note?: string }[]): void {
  for (const { at, actor, did, note = '' } of lines) {
    store.run(
      'insert into history (documentId, at, actor, did, note) values (?, ?, ?, ?, ?)', documentId, at.toISOString(), actor, did, note,
    )
  }
}
