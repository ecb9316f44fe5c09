import type { Pairing } from './pairing-keys.ts'

export interface PairingStore {
  read(): Promise<Pairing | undefined>
  write(pairing: Pairing): Promise<void>
}

const storeName = 'pairing'

/** IndexedDB, because it alone can keep a key that no script can read out. */
export const pairingStore: PairingStore = {
  read: () => inStore('readonly', (store) => store.get('current') as IDBRequest<Pairing | undefined>),
  write: async (pairing) => {
    await inStore('readwrite', (store) => store.put(pairing, 'current'))
  },
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
