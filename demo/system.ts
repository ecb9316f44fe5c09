import type { FileCabinet } from './files.ts'
import type { Misbehaviour } from './misbehave.ts'
import type { Sessions } from './sessions.ts'
import type { Store } from './store.ts'

/** What every page of the document system works with. */
export interface System {
  store: Store
  files: FileCabinet
  sessions: Sessions
  misbehaviour: Misbehaviour
}
