import type { SignToAgent } from '../../shared/protocol/sign.ts'
import type { BatchCursor, Delivery } from '../../extension/background/cursor.ts'

/** A point of tests/support/kill-worker-at.js, and the occurrence at which worker or browser is killed. */
export type WorkerPoint = `${'store' | 'send' | 'ask'} ${string}#${number}`

/**
 * What the worker tells the agent. A new step does not compile without its points. Those without any are a click of the clerk, of which
 * the worker keeps nothing: what comes of it is the agent's, and has its points in kill-points.ts. `lost`, `undelivered`, and what is kept
 * of a cut delivery happen where the line to the document system breaks: `pointsOfBrokenLine`.
 */
export const stepPoints: Record<SignToAgent['step'] | 'resume' | 'cancel', readonly WorkerPoint[]> = {
  open: ['send open#1'],
  resume: ['send resume#1'],
  sent: ['send sent#1'],
  lost: [],
  approve: ['send approve#1'],
  fetch: ['send fetch#1'],
  'fetched-chunk': ['send fetched-chunk#1'],
  delivered: ['send delivered#1'],
  undelivered: [],
  'send-on': ['send send-on#1'],
  'sent-on': ['send sent-on#1'],
  'not-sent-on': ['send not-sent-on#1'],
  compare: [],
  cancel: [],
  place: [],
  pause: [],
  'go-on': [],
  skip: [],
  insist: [],
  'go-unstamped': [],
  look: [],
  'looked-chunk': [],
  'look-away': [],
  receipt: [],
}

/** What the worker keeps of a delivery. */
export const deliveryPoints: Record<Delivery['state'] | 'cut', readonly WorkerPoint[]> = {
  begun: ['store begun#1'],
  cut: [],
  unsent: [],
  through: ['store through#1'],
}

/** What the worker keeps of a batch: that it is, what becomes known of it, and that it is over. */
export const cursorPoints: Record<keyof Pick<BatchCursor, 'firstSignedAt' | 'notified'> | 'opened' | 'forgotten', readonly WorkerPoint[]> = {
  opened: ['store opened#1'],
  firstSignedAt: ['store first-signed#1'],
  notified: ['store notified#1'],
  forgotten: ['store forgotten#1'],
}

/** What the worker asks of the document system, once for each document. */
export const systemPoints: Record<'upload' | 'step', readonly WorkerPoint[]> = {
  upload: ['ask upload#1'],
  step: ['ask step#1'],
}

export const workerPoints: readonly WorkerPoint[] = [stepPoints, deliveryPoints, cursorPoints, systemPoints].flatMap((points) => Object.values(points).flat())

/** What only a worker does that comes after one that was ended. */
export const pointsOfRestart: readonly WorkerPoint[] = ['send resume#1', 'store forgotten#1', 'send not-sent-on#1']

/**
 * Days on which the line breaks, and the points that are passed then. A document that was told to be `lost` is out of its batch;
 * `unsent` is what a worker keeps that has not read the system's token before.
 */
export const pointsOfBrokenLine = [
  { when: 'choosing', line: 'lost', points: ['before send lost#1'] },
  { when: 'approving', line: 'lost', points: ['after send approve#1', 'before store unsent#1'] },
  { when: 'approving', line: 'lost', points: ['after send approve#1', 'after store unsent#1'] },
  { when: 'approving', line: 'breaks-in-upload', points: ['before store cut#1', 'after store cut#1', 'before send undelivered#1', 'after send undelivered#1'] },
] as const

/** Beside a batch: the clerk's last choices, and what a window shows of a document. */
export const otherPoints = ['store lastCertificate', 'send look', 'send looked-chunk']
