import { vietnamDate } from '../move-document.ts'
import type { Store } from '../store.ts'
import { agencies, homeAgency } from './agencies.ts'
import type { AgencySeed } from './agencies.ts'
import { planDocument } from './plan-document.ts'
import type { PlannedDocument } from './plan-document.ts'
import { randomFrom } from './random.ts'
import type { SignatureRecipe } from './recipe.ts'
import { insertDocument, insertFile, insertHistory } from './insert-seed.ts'
import { inventFileName } from './subjects.ts'

const minuteMs = 60_000

/** Documents of the other agencies that have arrived at the home agency, the newest with the highest arrival number. */
export function seedIncoming(store: Store, count: number, today: Date): void {
  const numbers = new Map<number, number>()
  for (let arrivalNumber = 1; arrivalNumber <= count; arrivalNumber += 1) {
    const seed = 5000 + arrivalNumber
    const random = randomFrom(seed)
    const sender = random.pick(agencies.filter(({ id }) => id !== homeAgency.id))
    const number = (numbers.get(sender.id) ?? random.between(40, 900)) + random.between(1, 3)
    numbers.set(sender.id, number)
    const at = new Date(today.getTime() - (count - arrivalNumber + 1) * 37 * minuteMs)
    const planned = planDocument(random, seed, sender, { titleLines: sender.headTitle, name: sender.head }, number, vietnamDate(at))
    if (!planned.recipients.includes(homeAgency)) planned.recipients.push(homeAgency)
    planned.recipe.signatures = signaturesOf(sender, at, random.chance(0.5))
    for (const attachment of planned.attachments) attachment.signatures = [signed('attachment', sender.name, sender, at, true)]
    const code = (): string => random.between(0x100000, 0xffffff).toString(16)
    const name = inventFileName(random, planned.kind, planned.title, arrivalNumber)
    insertIncoming(store, { planned, sender, number, at, arrivalNumber, name, code })
  }
}

interface IncomingSeed {
  planned: PlannedDocument
  sender: AgencySeed
  number: number
  at: Date
  arrivalNumber: number
  name: string
  code: () => string
}

function insertIncoming(store: Store, { planned, sender, number, at, arrivalNumber, name, code }: IncomingSeed): void {
  const id = insertDocument(store, {
    planned, agencyId: sender.id, state: 'da-phat-hanh', number, date: vietnamDate(at), drafterId: null, signerId: null, movedAt: at,
  })
  const file = { step: 'ky-co-quan' as const, addedBy: sender.name, addedAt: at }
  insertFile(store, id, { ...file, part: 'main', code: code(), name: name.replace(/\.pdf$/i, '.signed.pdf') }, planned.recipe)
  for (const [index, recipe] of planned.attachments.entries()) {
    insertFile(store, id, { ...file, part: 'attachment', code: code(), name: `Phụ lục ${index + 1} ${planned.kind}.signed.pdf` }, recipe)
  }
  // Three in ten are still unread.
  const seenAt = arrivalNumber % 10 < 7 ? new Date(at.getTime() + 12 * minuteMs).toISOString() : null
  store.run(
    'insert into deliveries (documentId, agencyId, arrivalNumber, arrivedAt, seenAt) values (?, ?, ?, ?, ?)',
    id, homeAgency.id, arrivalNumber, at.toISOString(), seenAt,
  )
  insertHistory(store, id, [{ at, actor: sender.name, did: 'Phát hành tới nơi nhận' }])
}

function signaturesOf(sender: AgencySeed, at: Date, certifies: boolean): SignatureRecipe[] {
  const before = (minutes: number): Date => new Date(at.getTime() - minutes * minuteMs)
  return [signed('leader', sender.head, sender, before(95), certifies), signed('agency', sender.name, sender, before(4), false)]
}

function signed(kind: SignatureRecipe['kind'], holder: string, { name, place }: AgencySeed, at: Date, certifies: boolean): SignatureRecipe {
  return { kind, holder, organisation: name, place, at: at.toISOString(), certifies }
}
