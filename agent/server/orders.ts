import { mkdirSync, readdirSync, rmSync, statSync, watch, type FSWatcher } from 'node:fs'
import path from 'node:path'
import { writeDurably } from '../settings/write-durably.ts'

/**
 * What the clerk tells a running agent from the command line: a file of that name in the agent's own folder, which only programs
 * of this user can make. It is gone when it was carried out. Nothing listens for it, and a crash loses nothing.
 */
export type Order = { order: 'revoke'; pairingId: string } | { order: 'reopen-pairing' }

/** @returns the file that is gone when the agent has carried it out */
export function placeOrder(home: string, order: Order): string {
  const folder = openFolder(home)
  const file = path.join(folder, order.order === 'revoke' ? `revoke-${order.pairingId}` : order.order)
  writeDurably(file, '')
  return file
}

/** Carries out what lies there already, and whatever comes until the returned function is called; `report` is told what failed. */
export function watchOrders(home: string, carryOut: (order: Order) => void, report: (thrown: unknown) => void): () => void {
  let watcher: FSWatcher | undefined
  let watched: number | undefined
  let isOver = false
  const drain = (): void => {
    try {
      if (isOver) return
      const folder = openFolder(home)
      // A folder that somebody removed is another one when it is there again: the old watcher sees nothing of it.
      const inode = statSync(folder).ino
      if (inode !== watched) begin(folder, inode)
      for (const name of readdirSync(folder)) {
        const order = readOrder(name)
        if (order === undefined) continue
        carryOut(order)
        rmSync(path.join(folder, name), { force: true })
      }
    } catch (thrown) {
      report(thrown)
    }
  }
  const begin = (folder: string, inode: number): void => {
    watcher?.close()
    watcher = watch(folder, { persistent: false }, drain).on('error', report)
    watched = inode
  }
  drain()
  return () => {
    isOver = true
    watcher?.close()
  }
}

function openFolder(home: string): string {
  const folder = path.join(home, 'orders')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}

function readOrder(name: string): Order | undefined {
  if (name === 'reopen-pairing') return { order: name }
  const pairingId = /^revoke-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(name)?.[1]
  return pairingId === undefined ? undefined : { order: 'revoke', pairingId }
}
