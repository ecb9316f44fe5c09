/**
 * The order of work of an outgoing document (Nghị định 30/2020, articles 13 to 18): drafted, submitted, approved by the
 * person who signs, numbered by the clerk, signed for the agency, issued. Every change of state goes through `takeStep`.
 */
export const states = ['du-thao', 'cho-ky-duyet', 'cho-cap-so', 'cho-ky-co-quan', 'cho-phat-hanh', 'da-phat-hanh'] as const
export type State = (typeof states)[number]

export const stateLabels: Record<State, string> = {
  'du-thao': 'Dự thảo',
  'cho-ky-duyet': 'Chờ ký duyệt',
  'cho-cap-so': 'Chờ cấp số',
  'cho-ky-co-quan': 'Chờ ký cơ quan',
  'cho-phat-hanh': 'Chờ phát hành',
  'da-phat-hanh': 'Đã phát hành',
}

export const roles = ['chuyen-vien', 'lanh-dao', 'van-thu'] as const
export type Role = (typeof roles)[number]

export const roleLabels: Record<Role, string> = { 'chuyen-vien': 'Chuyên viên', 'lanh-dao': 'Lãnh đạo', 'van-thu': 'Văn thư' }

export const acts = ['trinh-ky', 'tra-lai', 'ky-duyet', 'cap-so', 'ky-co-quan', 'phat-hanh'] as const
export type Act = (typeof acts)[number]

interface Step {
  label: string
  from: State
  to: State
  role: Role
  /** What the history says of it. */
  done: string
}

export const steps: Record<Act, Step> = {
  'trinh-ky': { label: 'Trình ký', from: 'du-thao', to: 'cho-ky-duyet', role: 'chuyen-vien', done: 'Trình lãnh đạo ký duyệt' },
  'tra-lai': { label: 'Trả lại', from: 'cho-ky-duyet', to: 'du-thao', role: 'lanh-dao', done: 'Trả lại người soạn thảo' },
  'ky-duyet': { label: 'Ký duyệt', from: 'cho-ky-duyet', to: 'cho-cap-so', role: 'lanh-dao', done: 'Ký duyệt, chuyển văn thư cấp số' },
  'cap-so': { label: 'Cấp số', from: 'cho-cap-so', to: 'cho-ky-co-quan', role: 'van-thu', done: 'Cấp số văn bản' },
  'ky-co-quan': { label: 'Ký cơ quan', from: 'cho-ky-co-quan', to: 'cho-phat-hanh', role: 'van-thu', done: 'Ký số của cơ quan' },
  'phat-hanh': { label: 'Phát hành', from: 'cho-phat-hanh', to: 'da-phat-hanh', role: 'van-thu', done: 'Phát hành tới nơi nhận' },
}

/** What the rules need to know of the document and of who acts on it. */
export interface Situation {
  state: State
  agencyId: number
  drafterId: number | null
  signerId: number | null
  recipients: number
  /** Separate attachments that do not carry the agency's signature yet. */
  unsignedAttachments: number
  actor: { id: number; role: Role; agencyId: number }
}

export type Verdict = { to: State } | { refusal: string }

/** Whether `act` may be done now, and the state that follows. A refusal is a sentence for the person who tried. */
export function takeStep(act: Act, situation: Situation): Verdict {
  const step = steps[act]
  const { actor, state } = situation
  if (actor.agencyId !== situation.agencyId) return { refusal: 'Văn bản thuộc cơ quan khác.' }
  if (actor.role !== step.role) return { refusal: `Việc “${step.label}” do ${roleLabels[step.role].toLowerCase()} thực hiện.` }
  if (state !== step.from) {
    return { refusal: `Văn bản đang ở trạng thái “${stateLabels[state]}”, không thể thực hiện “${step.label}”.` }
  }
  const refusal = particularRefusal(act, situation)
  return refusal === null ? { to: step.to } : { refusal }
}

function particularRefusal(act: Act, situation: Situation): string | null {
  switch (act) {
    case 'trinh-ky':
      if (situation.drafterId !== situation.actor.id) return 'Chỉ người soạn thảo được trình ký văn bản này.'
      return situation.signerId === null ? 'Chưa chọn người ký.' : null
    case 'tra-lai':
    case 'ky-duyet':
      return situation.signerId === situation.actor.id ? null : 'Văn bản được trình lãnh đạo khác ký.'
    case 'ky-co-quan':
      return situation.unsignedAttachments === 0 ? null : `Còn ${situation.unsignedAttachments} tệp kèm theo chưa ký số của cơ quan.`
    case 'phat-hanh':
      return situation.recipients > 0 ? null : 'Văn bản chưa có nơi nhận.'
    case 'cap-so':
      return null
  }
}

/** The act that an uploaded signed file stands for in this state, if any. */
export function actOfSignedFile(state: State): 'ky-duyet' | 'ky-co-quan' | null {
  if (state === 'cho-ky-duyet') return 'ky-duyet'
  return state === 'cho-ky-co-quan' ? 'ky-co-quan' : null
}

/** The acts that have a button of their own; signing is done by returning the signed file. */
export const buttonActs = ['trinh-ky', 'tra-lai', 'cap-so', 'phat-hanh'] as const satisfies Act[]
export type ButtonAct = (typeof buttonActs)[number]
