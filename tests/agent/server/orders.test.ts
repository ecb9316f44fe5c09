import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { placeOrder, watchOrders, type Order } from '../../../agent/server/orders.ts'
import { tempFolder } from '../../support/temp-folder.ts'

function office() {
  const home = tempFolder()
  const folder = path.join(home, 'orders')
  const carried: Order[] = []
  const reported: unknown[] = []
  onTestFinished(watchOrders(home, (order) => carried.push(order), (thrown) => reported.push(thrown)))
  return { home, folder, carried, reported }
}

it('carries out what comes, also when the folder was removed meanwhile and is there again', async () => {
  const { home, folder, carried, reported } = office()
  placeOrder(home, { order: 'reopen-pairing' })
  await expect.poll(() => carried).toHaveLength(1)
  rmSync(folder, { recursive: true })
  await expect.poll(() => {
    placeOrder(home, { order: 'reopen-pairing' })
    return carried.length
  }).toBeGreaterThan(1)
  expect(reported).toEqual([])
})

it('reports where its folder cannot be one, and does not throw', async () => {
  const { folder, carried, reported } = office()
  rmSync(folder, { recursive: true })
  writeFileSync(folder, 'no folder')
  await expect.poll(() => reported.length).toBeGreaterThan(0)
  expect(carried).toEqual([])
})
