// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import { Steady, useSlices, useSteady } from '../../../extension/ui/steady.ts'
import { mount, type Mounted } from './mount.tsx'

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

async function frame(list: Mounted): Promise<void> {
  await list.act(() => new Promise<void>((resolve) => void requestAnimationFrame(() => resolve())))
}

function List({ items }: { items: readonly number[] }) {
  return <ul>{useSlices(items).map((item) => <li key={item}>{item}</li>)}</ul>
}

test('a long list is made slice by slice until all of it is there; what is there stays when it is told anew', async () => {
  const counts: number[] = []
  const list = await mount(() => <List items={numbers(500)} />)
  const count = () => list.all('li').length
  while (counts.at(-1) !== count()) {
    counts.push(count())
    await frame(list)
  }
  expect(counts[0]).toBeLessThan(50)
  expect(counts.every((made, index) => index === 0 || made - (counts[index - 1] ?? 0) <= 40)).toBe(true)
  expect(count()).toBe(500)
  await list.again(<List items={numbers(500)} />)
  expect(count()).toBe(500)
})

test('a list that was narrowed comes back slice by slice as well', async () => {
  const list = await mount(() => <List items={numbers(60)} />)
  const count = () => list.all('li').length
  while (count() < 60) await frame(list)
  await list.again(<List items={numbers(3)} />)
  expect(count()).toBe(3)
  await list.again(<List items={numbers(60)} />)
  expect(count()).toBeLessThan(60)
  while (count() < 60) await frame(list)
})

test('what says the same is the same, and a row of it is not drawn again', async () => {
  let drawn = 0
  class Row extends Steady<{ items: readonly number[] }> {
    override render() {
      drawn++
      return <p>{this.props.items.join()}</p>
    }
  }
  const Window = ({ items }: { items: readonly number[] }) => <Row items={useSteady(items)} />
  const window = await mount(() => <Window items={[1, 2]} />)
  await window.again(<Window items={[1, 2]} />)
  expect(drawn).toBe(1)
  await window.again(<Window items={[1, 3]} />)
  expect([drawn, window.text()]).toEqual([2, '1,3'])
})
