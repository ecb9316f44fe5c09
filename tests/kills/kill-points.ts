import type { BatchState, DocumentState } from '../../shared/protocol/sign.ts'

/** A point of tests/support/kill-at.ts, and the occurrence at which the agent is killed. */
export type KillPoint = `${string}#${number}`

/**
 * Where the agent writes that a document, a batch or it itself has gone on. A new state does not compile without its
 * points; a write or a rename that is not listed fails the test, and so does one that no longer happens.
 */
export const documentPoints: Record<DocumentState, readonly KillPoint[]> = {
  offered: ['write opened#1', 'write opened#2'],
  received: ['rename original#1', 'rename original#3', 'write received#1', 'write received#3'],
  approved: ['write approved#1', 'write approved#2'],
  prepared: ['write prepared#1', 'write prepared#3'],
  signed: ['write signed#1', 'write signed#3', 'rename waiting#1', 'write awaits-stamp#1', 'write awaits-stamp#3'],
  stamped: ['write stamped#1', 'write stamped#3'],
  checked: ['rename signed#1', 'write checked#1', 'write checked#3', 'remove waiting#1', 'remove waiting#3'],
  returned: ['write returned#1', 'write returned#2'],
  delivered: ['write delivered#1', 'write delivered#3', 'remove original#1', 'remove original#2'],
  sending: ['write sending#1', 'write not-sent#1'],
  sent: ['write sent#1'],
  refused: ['write refused#1'],
}

/** `waiting` is written for keys that are confirmed elsewhere: tests/agent/session/waiting-key.test.ts. */
export const batchPoints: Record<BatchState, readonly KillPoint[]> = {
  open: [],
  offered: ['write offered#1'],
  approving: [],
  signing: ['write unlocked#1', 'write key-done#1'],
  paused: ['write paused#1', 'write went-on#1'],
  stopped: ['write stopped#1'],
  done: ['write done#1', 'anchor#1', 'anchor#2', 'anchor#4', 'stamp#1'],
  cancelled: ['write cancelled#1'],
}

const otherPoints: readonly KillPoint[] = [
  ...(['write migration#1', 'write migration#2', 'write started#1', 'write paired#1', 'rename pairings#1', 'rename pairings#2'] as const),
  ...(['write undelivered#1', 'write compared#1', 'write certificate-checked#1', 'write insisted#1'] as const),
]

export const killPoints: readonly KillPoint[] = [...Object.values(documentPoints).flat(), ...Object.values(batchPoints).flat(), ...otherPoints]

/** On a day on which no authority answers. */
export const darkPoints: readonly KillPoint[] = ['write stamp-failed#1', 'write unstamped#1', 'write unstamped#3', 'rename unstamped#1', 'rename unstamped#3']

/** What only an agent writes that comes after one that was killed. */
export const pointsOfRestart: readonly KillPoint[] = ['write restored#1']
