import type { Misbehaviour } from '../../demo/misbehave.ts'
import type { SignToAgent } from '../../shared/protocol/sign.ts'
import type { BatchCursor, Delivery } from '../../extension/background/cursor.ts'

/** A point of tests/support/kill-worker-at.js, and the occurrence at which worker or browser is killed. */
type Points = readonly [WorkerPoint, ...WorkerPoint[]] | 'onOddDays' | 'click'

export type WorkerPoint = `${'store' | 'send' | 'ask'} ${string}#${number}`

/**
 * What the worker tells the agent. A new step does not compile without its points. `onOddDays` has its points there; `click` is a word
 * of the clerk of which the worker keeps nothing: what comes of it is the agent's, and has its points in kill-points.ts.
 */
export const stepPoints: Record<SignToAgent['step'] | 'resume' | 'cancel', Points> = {
  open: ['send open#1'],
  resume: ['send resume#1'],
  sent: ['send sent#1'],
  lost: 'onOddDays',
  approve: ['send approve#1'],
  fetch: ['send fetch#1'],
  'fetched-chunk': ['send fetched-chunk#1'],
  delivered: ['send delivered#1'],
  undelivered: 'onOddDays',
  'send-on': ['send send-on#1'],
  'sent-on': ['send sent-on#1'],
  'not-sent-on': ['send not-sent-on#1'],
  compare: 'onOddDays',
  cancel: 'click',
  place: 'click',
  pause: 'onOddDays',
  'go-on': 'onOddDays',
  skip: 'onOddDays',
  insist: 'click',
  'go-unstamped': 'click',
  look: 'click',
  'looked-chunk': 'click',
  'look-away': 'click',
  receipt: 'click',
}

/** What the worker keeps of a delivery. */
export const deliveryPoints: Record<Delivery['state'] | 'cut', Points> = {
  begun: ['store begun#1'],
  cut: 'onOddDays',
  unsent: 'onOddDays',
  through: ['store through#1'],
}

/** What the worker keeps of a batch: that it is, what becomes known of it, and that it is over. */
export const cursorPoints: Record<keyof Pick<BatchCursor, 'firstSignedAt' | 'notified'> | 'opened' | 'forgotten', Points> = {
  opened: ['store opened#1'],
  firstSignedAt: ['store first-signed#1'],
  notified: ['store notified#1'],
  forgotten: ['store forgotten#1'],
}

/** What the worker asks of the document system, once for each document. */
export const systemPoints: Record<'upload' | 'step', Points> = {
  upload: ['ask upload#1'],
  step: ['ask step#1'],
}

export const workerPoints: readonly WorkerPoint[] = [stepPoints, deliveryPoints, cursorPoints, systemPoints].flatMap((points) => Object.values(points).flatMap((own) => (typeof own === 'string' ? [] : own)))

/** What only a worker does that comes after one that was ended. */
export const pointsOfRestart: readonly WorkerPoint[] = ['send resume#1', 'store forgotten#1', 'send not-sent-on#1']

/** What is told and kept on odd days alone. */
export const oddPoints: readonly string[] = [
  ...Object.entries(stepPoints).flatMap(([step, points]) => (points === 'onOddDays' ? [`send ${step}`] : [])),
  ...Object.entries(deliveryPoints).flatMap(([state, points]) => (points === 'onOddDays' ? [`store ${state}`] : [])),
]

/** A day that is not like the others, and the points that are passed then. */
export interface OddDay {
  day: string
  /** From when on the document system misbehaves, until the last of the points was passed. */
  when?: 'choosing' | 'approving'
  misbehaves?: Partial<Misbehaviour>
  /** `leaves one out`: of one document more than usual. `pauses`: and goes on, with a token that takes its time until the last point. */
  clerk?: 'leaves one out' | 'pauses'
  points: readonly `${'before' | 'after'} ${WorkerPoint}`[]
}

/** A document that was told to be `lost` comes in a batch of its own; `unsent` is what a worker keeps that has not read the system's token before. */
export const oddDays: readonly OddDay[] = [
  { day: 'the line is lost, and no document is told yet', when: 'choosing', misbehaves: { line: 'lost' }, points: ['before send lost#1'] },
  { day: 'the line is lost, and one document is told', when: 'choosing', misbehaves: { line: 'lost' }, points: ['after send lost#1'] },
  { day: 'the line is lost before files go back', when: 'approving', misbehaves: { line: 'lost' }, points: ['after send approve#1', 'before store unsent#1'] },
  { day: 'the same, and that is kept', when: 'approving', misbehaves: { line: 'lost' }, points: ['after send approve#1', 'after store unsent#1'] },
  {
    day: 'the line breaks in the middle of a file', when: 'approving', misbehaves: { line: 'breaks-in-upload' },
    points: ['before store cut#1', 'after store cut#1', 'before send undelivered#1', 'after send undelivered#1'],
  },
  // Each worker's own step was taken, and its answer lost: whoever comes after it has to look.
  { day: 'the line breaks when a step was taken and before it is answered', when: 'approving', misbehaves: { line: 'breaks-after-step' }, points: ['before send not-sent-on#1', 'after send not-sent-on#1'] },
  { day: 'the system takes files and tells nothing of them', when: 'approving', misbehaves: { standing: 'untold' }, points: ['before send compare#1', 'after send compare#1'] },
  { day: 'the clerk leaves one out', clerk: 'leaves one out', points: ['before send skip#1', 'after send skip#1'] },
  { day: 'the clerk pauses', clerk: 'pauses', points: ['before send pause#1', 'after send pause#1', 'before send go-on#1', 'after send go-on#1'] },
]

/** Beside a batch: the clerk's last choices, and what a window shows of a document. */
export const otherPoints = ['store lastCertificate', 'send look', 'send looked-chunk']
