import type { Pairing } from './pairing-keys.ts'

export interface PairingStore {
  read(): Promise<Pairing | undefined>
  write(pairing: Pairing): Promise<void>
  /** The pairing was revoked: the next one is the clerk's to ask for. */
  forget(): Promise<void>
  wasForgotten(): Promise<boolean>
}

const storeName = 'pairing'
const forgotten = 'forgotten'

/** IndexedDB, because it alone can keep a key that no script can read out. */
export const pairingStore: PairingStore = {
  read: () => inStore('readonly', (store) => store.get('current') as IDBRequest<Pairing | undefined>),
  write: async (pairing) => {
    await inStore('readwrite', (store) => {
      store.delete(forgotten)
      return store.put(pairing, 'current')
    })
  },
  forget: async () => {
    await inStore('readwrite', (store) => {
      store.delete('current')
      return store.put(true, forgotten)
    })
  },
  wasForgotten: async () => (await inStore('readonly', (store) => store.get(forgotten) as IDBRequest<boolean | undefined>)) === true,
}

async function inStore<Result>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<Result>): Promise<Result> {
  const opening = indexedDB.open('antin', 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(storeName)
  const database = await resultOf(opening)
  try {
    return await resultOf(work(database.transaction(storeName, mode).objectStore(storeName)))
  } finally {
    database.close()
  }
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('IndexedDB gave no reason'))
  })
}
