import type { HostVerb } from '../../agent/token/host-calls.ts'
import type { HostPoint } from '../support/kill-host-at.ts'

/**
 * Where a driver host is killed: at each thing that the agent asks of it. It keeps nothing on the disk, so that these are all that there
 * are. A new verb does not compile without its points. The answer to `close` is the host's end in any case.
 */
export const hostPoints: Record<HostVerb, readonly HostPoint[]> = {
  load: ['before load#1', 'after load#1', 'told load#1'],
  list: ['before list#1', 'after list#1', 'told list#1'],
  slots: ['before slots#1', 'after slots#1', 'told slots#1'],
  ask: ['before ask#1', 'after ask#1', 'told ask#1'],
  login: ['before login#1', 'after login#1', 'told login#1'],
  sign: ['before sign#1', 'after sign#1', 'told sign#1', 'before sign#2', 'after sign#2', 'told sign#2', 'before sign#3', 'after sign#3', 'told sign#3'],
  look: ['before look#2', 'after look#2', 'told look#2'],
  close: ['before close#1', 'after close#1'],
}
