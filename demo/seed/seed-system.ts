import type { Store } from '../store.ts'
import { agencies } from './agencies.ts'
import { users } from './people.ts'
import type { SeedCounts } from './seed-counts.ts'
import { seedIncoming } from './seed-incoming.ts'
import { seedOutgoing } from './seed-outgoing.ts'

/** Fills an empty database: agencies, users, documents in every state. The same counts on the same day make the same documents. */
export function seedSystem(store: Store, counts: Partial<SeedCounts>, today: Date): void {
  if (store.get('select 1 as present from agencies') !== undefined) return
  const { outgoing = 200, incoming = 200 } = counts
  const { awaitingApproval = Math.round(outgoing * 0.6) } = counts
  store.together(() => {
    for (const { id, name, short, parent, level, symbol, place } of agencies) {
      store.run('insert into agencies values (?, ?, ?, ?, ?, ?, ?)', id, name, short, parent, level, symbol, place)
    }
    for (const { id, username, name, title, role, agencyId, unit } of users) {
      store.run('insert into users values (?, ?, ?, ?, ?, ?, ?)', id, username, name, title, role, agencyId, unit)
    }
    seedOutgoing(store, { outgoing, incoming, awaitingApproval }, today)
    seedIncoming(store, incoming, today)
  })
}
