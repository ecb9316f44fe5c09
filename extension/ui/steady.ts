import { Component } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

/** Drawn anew only where one of its properties is another one: windows are told ten times a second while a batch is signed. */
export abstract class Steady<Properties extends object> extends Component<Properties> {
  override shouldComponentUpdate(next: Properties): boolean {
    return (Object.keys(next) as (keyof Properties)[]).some((name) => next[name] !== this.props[name])
  }
}

/** The same array as long as its items say the same, whenever the background tells them again. */
export function useSteady<Item>(items: readonly Item[]): readonly Item[] {
  const known = useRef({ told: '', items })
  const told = JSON.stringify(items)
  if (known.current.told !== told) known.current = { told, items }
  return known.current.items
}

/** Few enough to be made between two frames on a slow PC. */
const slice = 40

/**
 * As many of the items as are to be made now: what is there stays, of what comes the first are there at once, and the others follow
 * by slices, one with each frame, so that a list of hundreds never holds up the hand.
 */
export function useSlices<Item>(items: readonly Item[]): readonly Item[] {
  const [most, setMost] = useState(slice)
  useEffect(() => {
    if (most < items.length) {
      const frame = requestAnimationFrame(() => setMost(most + slice))
      return () => cancelAnimationFrame(frame)
    }
    // What leaves the list has to be made again when it comes back.
    if (most > items.length + slice) setMost(items.length + slice)
    return undefined
  }, [most, items.length])
  return most < items.length ? items.slice(0, most) : items
}
