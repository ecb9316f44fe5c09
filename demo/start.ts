import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Authority } from './authority/authority.ts'
import { openCabinet } from './files.ts'
import { wellBehaved } from './misbehave.ts'
import type { Misbehaviour } from './misbehave.ts'
import { seedSystem } from './seed/seed-system.ts'
import type { SeedCounts } from './seed/seed-counts.ts'
import { drawRecipes } from './seed/draw-recipe.ts'
import { writeImages } from './seed/images.ts'
import type { SystemImages } from './seed/images.ts'
import { buildServer } from './server.ts'
import { demoPassword, keepSessions } from './sessions.ts'
import type { User } from './sessions.ts'
import { openStore } from './store.ts'
import type { Store } from './store.ts'
import type { System } from './system.ts'

export interface DocumentSystemOptions {
  /** Where everything is kept: qlvb.sqlite, tep/, chu-ky.png, con-dau.png, and authority/ unless one is given. */
  folder: string
  /** Default 0: any free one. */
  port?: number
  documents?: Partial<SeedCounts>
  misbehave?: Partial<Misbehaviour>
  /** Who certified the signatures of the seeded documents that are already signed. Default: one kept in the folder. */
  authority?: Authority
}

export interface DocumentSystem {
  /** http://127.0.0.1:port */
  origin: string
  /** All of them; `password` is the same for each. */
  users: User[]
  password: string
  /** The drawn signature of the head of the home agency and its seal, transparent PNG. */
  images: SystemImages
  /** For tests: what happened is asked of the database. */
  store: Store
  misbehave(switches: Partial<Misbehaviour>): void
  endSessions(): void
  close(): Promise<void>
}

/** Opens the document system on 127.0.0.1, and seeds it when its folder is new. */
export async function startDocumentSystem(options: DocumentSystemOptions): Promise<DocumentSystem> {
  mkdirSync(options.folder, { recursive: true })
  const store = openStore(join(options.folder, 'qlvb.sqlite'))
  seedSystem(store, options.documents ?? {}, new Date())
  const misbehaviour: Misbehaviour = { ...wellBehaved, ...options.misbehave }
  const draw = drawRecipes(options.authority ?? join(options.folder, 'authority'))
  const files = openCabinet(store, join(options.folder, 'tep'), draw)
  const system: System = { store, files, sessions: keepSessions(store, misbehaviour), misbehaviour }
  const images = writeImages(options.folder)
  const app = await buildServer(system)
  const origin = await app.listen({ host: '127.0.0.1', port: options.port ?? 0 })
  return {
    origin,
    users: store.all<User>('select users.*, agencies.name as agency from users join agencies on agencies.id = agencyId order by users.id'),
    password: demoPassword,
    images,
    store,
    misbehave: (switches) => void Object.assign(misbehaviour, switches),
    endSessions: () => system.sessions.closeAll(),
    close: async () => {
      await app.close()
      store.close()
    },
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { folder: { type: 'string', default: '.qlvb' }, port: { type: 'string', default: '8030' } } })
  const { origin, users, password } = await startDocumentSystem({ folder: values.folder, port: Number(values.port) })
  const people = users.map(({ username, name, title }) => `  ${username}  ${name} – ${title}\n`)
  process.stdout.write(`${origin}\n${people.join('')}  mật khẩu: ${password}\n`)
}
