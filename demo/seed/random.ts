/** A seeded source of chance: the same seed makes the same documents on every machine. */
export interface Random {
  /** From 0, below 1. */
  next(): number
  /** From `low` to `high`, both included. */
  between(low: number, high: number): number
  pick<Item>(items: readonly Item[]): Item
  /** Different items in the order given. */
  some<Item>(items: readonly Item[], count: number): Item[]
  chance(probability: number): boolean
}

/** mulberry32 */
export function randomFrom(seed: number): Random {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  return {
    next,
    between,
    pick<Item>(items: readonly Item[]): Item {
      const item = items[between(0, items.length - 1)]
      if (item === undefined) throw new Error('nothing to pick from')
      return item
    },
    some<Item>(items: readonly Item[], count: number): Item[] {
      const order = items.map((item, index) => ({ item, index, key: next() })).toSorted((one, other) => one.key - other.key)
      return order.slice(0, count).toSorted((one, other) => one.index - other.index).map(({ item }) => item)
    },
    chance: (probability) => next() < probability,
  }
}
