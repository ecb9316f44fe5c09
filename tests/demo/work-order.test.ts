import { describe, expect, it } from 'vitest'
import { actOfSignedFile, acts, states, steps, takeStep } from '../../demo/work-order.ts'
import type { Act, Role, Situation, State } from '../../demo/work-order.ts'

const actors = {
  'chuyen-vien': { id: 1, role: 'chuyen-vien', agencyId: 1 },
  'lanh-dao': { id: 3, role: 'lanh-dao', agencyId: 1 },
  'van-thu': { id: 5, role: 'van-thu', agencyId: 1 },
} as const satisfies Record<Role, Situation['actor']>

function situation(state: State, act: Act, change: Partial<Situation> = {}): Situation {
  return { state, agencyId: 1, drafterId: 1, signerId: 3, recipients: 2, unsignedAttachments: 0, actor: actors[steps[act].role], ...change }
}

describe('the order of work', () => {
  it('leads from the draft to the issued document, one act after the other', () => {
    let state: State = 'du-thao'
    for (const act of ['trinh-ky', 'ky-duyet', 'cap-so', 'ky-co-quan', 'phat-hanh'] as const) {
      const verdict = takeStep(act, situation(state, act))
      if ('refusal' in verdict) throw new Error(verdict.refusal)
      state = verdict.to
    }
    expect(state).toBe('da-phat-hanh')
  })

  it('allows every act in exactly one state', () => {
    for (const act of acts) {
      const allowed = states.filter((state) => 'to' in takeStep(act, situation(state, act)))
      expect(allowed).toEqual([steps[act].from])
    }
  })

  it('allows every act to exactly one role', () => {
    for (const act of acts) {
      const allowed = Object.values(actors).filter((actor) => 'to' in takeStep(act, situation(steps[act].from, act, { actor })))
      expect(allowed.map(({ role }) => role)).toEqual([steps[act].role])
    }
  })

  it.each<[Act, Partial<Situation>, RegExp]>([
    ['trinh-ky', { drafterId: 2 }, /người soạn thảo/],
    ['trinh-ky', { signerId: null }, /Chưa chọn người ký/],
    ['ky-duyet', { signerId: 4 }, /lãnh đạo khác/],
    ['ky-co-quan', { unsignedAttachments: 2 }, /Còn 2 tệp kèm theo/],
    ['phat-hanh', { recipients: 0 }, /chưa có nơi nhận/],
    ['cap-so', { agencyId: 9 }, /cơ quan khác/],
  ])('refuses %s where %o', (act, change, sentence) => {
    const verdict = takeStep(act, situation(steps[act].from, act, change))
    expect('refusal' in verdict && verdict.refusal).toMatch(sentence)
  })

  it('takes a signed file only where one is awaited', () => {
    expect(states.map(actOfSignedFile)).toEqual([null, 'ky-duyet', null, 'ky-co-quan', null, null])
  })
})
