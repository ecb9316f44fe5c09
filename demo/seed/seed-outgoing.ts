import type { VersionStep } from '../files.ts'
import { vietnamDate } from '../move-document.ts'
import type { Store } from '../store.ts'
import { states, steps } from '../work-order.ts'
import type { Act, State } from '../work-order.ts'
import { homeAgency } from './agencies.ts'
import { deputy, director, drafters, registrar } from './people.ts'
import type { UserSeed } from './people.ts'
import { planDocument } from './plan-document.ts'
import type { Block, PlannedDocument } from './plan-document.ts'
import { randomFrom } from './random.ts'
import type { Random } from './random.ts'
import type { SignatureRecipe } from './recipe.ts'
import { insertDocument, insertFile, insertHistory } from './insert-seed.ts'
import type { SeedCounts } from './seed-counts.ts'
import { inventFileName } from './subjects.ts'

const minuteMs = 60_000
const dayMs = 1440 * minuteMs

/** The documents of the home agency, those that wait for the director first and newest. */
export function seedOutgoing(store: Store, { outgoing, awaitingApproval }: SeedCounts, today: Date): void {
  const others = restOfStates(outgoing - awaitingApproval)
  const numbered = others.filter(({ state }) => states.indexOf(state) > states.indexOf('cho-cap-so')).length
  let number = numbered
  for (let index = 0; index < outgoing; index += 1) {
    const waiting = index < awaitingApproval
    const { state, signer } = others[index - awaitingApproval] ?? { state: 'cho-ky-duyet' as const, signer: director }
    const hasNumber = states.indexOf(state) > states.indexOf('cho-cap-so')
    const movedAt = new Date(today.getTime() - (waiting ? index * 7 * minuteMs : dayMs / 4 + index * 41 * minuteMs) - 5 * minuteMs)
    seedOne(store, { index, state, signer, number: hasNumber ? number : null, movedAt })
    if (hasNumber) number -= 1
  }
}

/** Every fifth of what does not wait for the director is a draft or waits for the deputy; the others are spread over the later states. */
function restOfStates(count: number): { state: State; signer: UserSeed }[] {
  const turns = [
    'cho-cap-so', 'cho-ky-co-quan', 'cho-phat-hanh', 'da-phat-hanh', 'cho-ky-duyet',
    'cho-cap-so', 'cho-ky-co-quan', 'da-phat-hanh', 'du-thao', 'cho-ky-co-quan',
  ] as const
  const spread = Array.from({ length: count }, (_, index) => {
    const state = turns[index % turns.length] ?? 'du-thao'
    return { state, signer: state === 'cho-ky-duyet' || index % 3 === 1 ? deputy : director }
  })
  return spread.toSorted((one, other) => states.indexOf(one.state) - states.indexOf(other.state))
}

interface OutgoingSeed {
  index: number
  state: State
  signer: UserSeed
  number: number | null
  movedAt: Date
}

function seedOne(store: Store, { index, state, signer, number, movedAt }: OutgoingSeed): void {
  const seed = 1000 + index
  const random = randomFrom(seed)
  const drafter = random.pick(drafters)
  const date = vietnamDate(movedAt)
  const planned = planDocument(random, seed, homeAgency, blockOf(random, signer), stepOf(state) === 'ky-co-quan' ? number : null, date)
  // What the director will find to sign can all be signed.
  if (state === 'cho-ky-duyet' && signer === director) planned.secrecy = 'Thường'
  signAlready(random, planned, state, signer, drafter, movedAt)
  const id = insertDocument(store, {
    planned, agencyId: homeAgency.id, state, number, date: number === null ? null : date, movedAt,
    drafterId: drafter.id, signerId: signer.id,
  })
  const step = stepOf(state)
  const code = (): string => random.between(0x100000, 0xffffff).toString(16)
  const file = { step, addedBy: drafter.name, addedAt: movedAt }
  const name = inventFileName(random, planned.kind, planned.title, index)
  const keptName = step === 'du-thao' ? name : name.replace(/\.pdf$/i, '.signed.pdf')
  insertFile(store, id, { ...file, part: 'main', code: code(), name: keptName }, planned.recipe)
  for (const [at, recipe] of planned.attachments.entries()) {
    const kept = step === 'ky-co-quan' ? 'ky-co-quan' : 'du-thao'
    insertFile(store, id, { ...file, step: kept, part: 'attachment', code: code(), name: attachmentName(planned.kind, at + 1) }, recipe)
  }
  insertHistory(store, id, pastOf(state, drafter, signer, movedAt))
  if (state === 'da-phat-hanh') deliverSeeded(store, id, planned, movedAt)
}

/** The second is named in capitals with a comma, the third typed on a Mac. */
function attachmentName(kind: string, ordinal: number): string {
  if (ordinal === 2) return `PHỤ LỤC ${ordinal}, biểu số 0${ordinal}.pdf`
  return `Phụ lục ${ordinal} - ${kind} (tệp kèm theo).pdf`.normalize(ordinal === 3 ? 'NFD' : 'NFC')
}

function stepOf(state: State): VersionStep {
  if (states.indexOf(state) > states.indexOf('cho-ky-co-quan')) return 'ky-co-quan'
  return states.indexOf(state) > states.indexOf('cho-ky-duyet') ? 'ky-duyet' : 'du-thao'
}

/** The signing blocks of the home agency: one to three lines of title over the name of who signs. */
function blockOf(random: Random, signer: UserSeed): Block {
  const ofDeputy = [['KT. GIÁM ĐỐC', 'PHÓ GIÁM ĐỐC'], ['TM. HỘI ĐỒNG', 'KT. CHỦ TỊCH HỘI ĐỒNG', 'PHÓ CHỦ TỊCH']]
  const ofDirector = [
    ['GIÁM ĐỐC'], ['GIÁM ĐỐC'], ['TL. CHỦ TỊCH', 'GIÁM ĐỐC SỞ NỘI VỤ'], ['TM. BAN CHỈ ĐẠO', 'PHÓ TRƯỞNG BAN', 'GIÁM ĐỐC SỞ NỘI VỤ'],
  ]
  return { titleLines: random.pick(signer === deputy ? ofDeputy : ofDirector), name: signer.name }
}

function signAlready(random: Random, planned: PlannedDocument, state: State, signer: UserSeed, drafter: UserSeed, movedAt: Date): void {
  const reached = states.indexOf(state)
  const certifies = random.chance(0.5)
  const signature = (kind: SignatureRecipe['kind'], holder: string, minutes: number): SignatureRecipe => ({
    kind, holder, organisation: homeAgency.name, place: homeAgency.place, certifies,
    at: new Date(movedAt.getTime() - minutes * minuteMs).toISOString(),
  })
  const { recipe, attachments } = planned
  const initialled = state === 'cho-ky-duyet' && random.chance(0.12)
  if (initialled) recipe.signatures.push({ ...signature('initials', drafter.name, 90), certifies: false })
  if (reached > states.indexOf('cho-ky-duyet')) recipe.signatures.push(signature('leader', signer.name, 60))
  if (reached <= states.indexOf('cho-ky-co-quan')) return
  recipe.signatures.push({ ...signature('agency', homeAgency.name, 10), certifies: false })
  for (const attachment of attachments) attachment.signatures = [signature('attachment', homeAgency.name, 9)]
}

function pastOf(state: State, drafter: UserSeed, signer: UserSeed, movedAt: Date): { at: Date; actor: string; did: string }[] {
  const past: { actor: UserSeed; did: string }[] = [{ actor: drafter, did: 'Soạn dự thảo' }]
  const acts: [Act, UserSeed][] = [
    ['trinh-ky', drafter], ['ky-duyet', signer], ['cap-so', registrar], ['ky-co-quan', registrar], ['phat-hanh', registrar],
  ]
  for (const [act, actor] of acts) {
    if (states.indexOf(steps[act].to) <= states.indexOf(state)) past.push({ actor, did: steps[act].done })
  }
  return past.map(({ actor, did }, index) => ({
    at: new Date(movedAt.getTime() - (past.length - 1 - index) * 35 * minuteMs), actor: `${actor.name} (${actor.title})`, did,
  }))
}

function deliverSeeded(store: Store, documentId: number, { recipients }: PlannedDocument, movedAt: Date): void {
  for (const { id } of recipients) {
    store.run(
      `insert into deliveries (documentId, agencyId, arrivalNumber, arrivedAt)
       values (?, ?, (select coalesce(max(arrivalNumber), 0) + 1 from deliveries where agencyId = ?), ?)`,
      documentId, id, id, movedAt.toISOString(),
    )
  }
}
