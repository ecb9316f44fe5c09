import { findDocument, foldedText, numberAndSymbol, recipientsOf } from './documents.ts'
import type { DocumentRow } from './documents.ts'
import type { User } from './sessions.ts'
import type { System } from './system.ts'
import { steps, takeStep } from './work-order.ts'
import type { Act } from './work-order.ts'

/** What was done, or the sentence that says why not. */
export type Outcome = { document: DocumentRow } | { refusal: string }

/** Takes one step of the work order, and does what belongs to it: the number, the deliveries, the line in the history. */
export function moveDocument(system: System, document: DocumentRow, act: Act, user: User, now: Date, note = ''): Outcome {
  const { store } = system
  return store.together(() => {
    const recipients = recipientsOf(store, document.id)
    const verdict = takeStep(act, {
      ...document,
      recipients: recipients.length,
      unsignedAttachments: unsignedAttachments(system, document.id),
      actor: user,
    })
    if ('refusal' in verdict) return verdict
    store.run('update documents set state = ?, movedAt = ? where id = ?', verdict.to, now.toISOString(), document.id)
    const particulars = act === 'cap-so' ? giveNumber(system, document, now) : note
    if (act === 'phat-hanh') for (const { id } of recipients) deliver(system, document.id, id, now)
    recordHistory(system, document.id, user, steps[act].done, particulars, now)
    return { document: findDocument(store, document.id) ?? document }
  })
}

/** Separate attachments whose last version does not come from the agency's signing. */
export function unsignedAttachments({ files }: System, documentId: number): number {
  const signable = files.of(documentId).filter(({ part, type }) => part === 'attachment' && type === 'application/pdf')
  return signable.filter(({ step }) => step !== 'ky-co-quan').length
}

export function recordHistory({ store }: System, documentId: number, user: User, did: string, note: string, now: Date): void {
  const actor = `${user.name} (${user.title})`
  store.run(
    'insert into history (documentId, at, actor, did, note) values (?, ?, ?, ?, ?)', documentId, now.toISOString(), actor, did, note,
  )
}

/** The next number of the agency in this year: one series, from 01 on 1 January. */
function giveNumber({ store }: System, document: DocumentRow, now: Date): string {
  const year = vietnamDate(now).slice(0, 4)
  const row = store.get<{ last: number | null }>(
    'select max(number) as last from documents where agencyId = ? and year = ?', document.agencyId, Number(year),
  )
  const numbered = { ...document, number: (row?.last ?? 0) + 1 }
  store.run(
    'update documents set number = ?, year = ?, date = ?, folded = ? where id = ?',
    numbered.number, Number(year), vietnamDate(now), foldedText(numbered), document.id,
  )
  return `Số ${numberAndSymbol(numbered) ?? ''}`
}

/** Puts the document into the incoming register of one agency, under that agency's next arrival number. */
function deliver({ store }: System, documentId: number, agencyId: number, now: Date): void {
  store.run(
    `insert into deliveries (documentId, agencyId, arrivalNumber, arrivedAt)
     values (?, ?, (select coalesce(max(arrivalNumber), 0) + 1 from deliveries where agencyId = ?), ?)`,
    documentId, agencyId, agencyId, now.toISOString(),
  )
}

/** YYYY-MM-DD in Vietnam, whatever the machine's own zone. */
export function vietnamDate(at: Date): string {
  return new Date(at.getTime() + 7 * 3_600_000).toISOString().slice(0, 10)
}
