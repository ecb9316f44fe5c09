/**
 * Files of this PC that the clerk gave to a window of the extension. IndexedDB keeps them until they are signed or given up, because the
 * window may be closed, and the worker ended, before the agent has them; it holds files as they are, whatever their size.
 */
export interface DiskFiles {
  put(key: string, file: Blob): Promise<void>
  get(key: string): Promise<Blob | undefined>
  keys(): Promise<string[]>
  remove(keys: readonly string[]): Promise<void>
}

const storeName = 'files'

export const diskFiles: DiskFiles = {
  put: async (key, file) => {
    await inStore('readwrite', (store) => store.put(file, key))
  },
  get: (key) => inStore('readonly', (store) => store.get(key) as IDBRequest<Blob | undefined>),
  keys: () => inStore('readonly', (store) => store.getAllKeys() as IDBRequest<string[]>),
  remove: async (keys) => {
    await inStore('readwrite', (store) => keys.map((key) => store.delete(key)).at(-1))
  },
}

/** Resolves when the transaction is through: what was put is on the disk then. */
async function inStore<Result>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<Result> | undefined): Promise<Result> {
  const database = await opened()
  try {
    const transaction = database.transaction(storeName, mode)
    const request = work(transaction.objectStore(storeName))
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB gave no reason'))
    })
    return request?.result as Result
  } finally {
    database.close()
  }
}

function opened(): Promise<IDBDatabase> {
  const opening = indexedDB.open('antin-files', 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(storeName)
  return new Promise((resolve, reject) => {
    opening.onsuccess = () => resolve(opening.result)
    opening.onerror = () => reject(opening.error ?? new Error('IndexedDB gave no reason'))
  })
}
