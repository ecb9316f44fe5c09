import { useEffect, useRef, useState } from 'preact/hooks'
import { sureFrom } from '../../shared/protocol/limits.ts'
import type { MarkRectangle, PlacedMark } from '../../shared/protocol/marks.ts'
import { changeByKey } from './mark-keys.ts'
import { changed, mayStretch, onSheet, rectangleOf, sameRectangle, stretched } from './mark-geometry.ts'
import { markWords, placeWords } from './mark-words.ts'
import type { PageSize } from './papers.ts'
import { useSay } from './say.ts'

export interface MarkBoxProps {
  placed: PlacedMark
  /** Of the page, in points as the agent measured it. */
  size: PageSize
  /** CSS pixels of the screen to a point of the page. */
  scale: number
  movable: boolean
  /** The agent did not want the last move. */
  refused: boolean
  /** Id of the words that say which keys do what. */
  keys: string
  /** The clerk has put it there. */
  onPlace: (to: MarkRectangle) => void
  /** It has the clerk's attention, or goes on moving. */
  onShow: (at: MarkRectangle) => void
}

/** What one mark will cover, at its place on the page. */
export function MarkBox(props: MarkBoxProps) {
  const { placed, size, scale, movable, keys } = props
  const say = useSay()
  const { at, hand } = useHand(props)
  const unsure = placed.by === 'reading' && placed.confidence < sureFrom
  const classes = ['mark-box', placed.mark, unsure && 'unsure', movable && 'movable'].filter(Boolean).join(' ')
  const written = ['number', 'day', 'month', 'year'].includes(placed.mark) ? placed.text : undefined
  const words = markWords(say)[placed.mark]
  const content = (
    <>
      <span class="mark-tag" aria-hidden="true">
        {words}
        {unsure && '?'}
      </span>
      {written !== undefined && (
        <span class="mark-text" aria-hidden="true" style={{ fontSize: `${Math.min(at.height * 0.8, 13) * scale}px` }}>
          {written}
        </span>
      )}
    </>
  )
  const style = onSheet(at, size)
  const label = placeWords(say, placed.mark, at)
  if (!movable) {
    return (
      <div class={classes} style={style} data-mark={placed.mark} role="img" aria-label={label}>
        {content}
      </div>
    )
  }
  // Arrow keys must reach it through a screen reader too, which keeps them to itself everywhere but in an application.
  return (
    <div class={classes} style={style} data-mark={placed.mark} role="application" aria-roledescription={say.markRole} aria-label={label} aria-describedby={keys} tabIndex={0} {...hand}>
      {content}
      {mayStretch(placed.mark) && <span class="mark-corner" aria-hidden="true" />}
    </div>
  )
}

interface Grip {
  from: MarkRectangle
  /** Of the pointer, in CSS pixels; absent while keys move it. */
  pointer?: { x: number; y: number; corner: boolean }
}

/** The clerk's hand on a mark: it follows at once, and is told to the agent when the hand lets go. */
function useHand({ placed, size, scale, refused, onPlace, onShow }: MarkBoxProps) {
  const [draft, setDraft] = useState<MarkRectangle>()
  const grip = useRef<Grip | undefined>(undefined)
  /** Where it was when it got the focus: Escape takes it back there. */
  const home = useRef<MarkRectangle | undefined>(undefined)
  /** Of the last event; state lags behind when keys repeat. */
  const latest = useRef(rectangleOf(placed))
  const told = rectangleOf(placed)
  if (draft === undefined) latest.current = told
  const settled = draft !== undefined && sameRectangle(draft, told)
  useEffect(() => {
    if ((settled || refused) && grip.current === undefined) setDraft(undefined)
  }, [settled, refused])
  const show = (to: MarkRectangle) => {
    latest.current = to
    setDraft(to)
    onShow(to)
  }
  const letGo = () => {
    const from = grip.current?.from
    grip.current = undefined
    if (from !== undefined && !sameRectangle(from, latest.current)) onPlace(latest.current)
  }
  const takeBack = (): boolean => {
    const held = grip.current
    grip.current = undefined
    const to = held?.from ?? home.current
    if (to === undefined || sameRectangle(to, latest.current)) return held !== undefined
    show(to)
    if (held === undefined) onPlace(to)
    return true
  }
  const keyDown = (event: KeyboardEvent) => {
    const change = changeByKey(event, placed.mark, latest.current)
    if (change) {
      grip.current ??= { from: latest.current }
      show(changed(placed.mark, latest.current, change, size))
    } else if (event.key !== 'Escape' || !takeBack()) return
    event.preventDefault()
    event.stopPropagation()
  }
  const pointerDown = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    if (event.button !== 0) return
    event.preventDefault()
    event.currentTarget.focus({ preventScroll: true })
    event.currentTarget.setPointerCapture(event.pointerId)
    const corner = event.target instanceof Element && event.target.classList.contains('mark-corner')
    grip.current = { from: latest.current, pointer: { x: event.clientX, y: event.clientY, corner } }
  }
  const pointerMove = ({ clientX, clientY }: PointerEvent) => {
    const { from, pointer } = grip.current ?? {}
    if (from === undefined || pointer === undefined) return
    const right = (clientX - pointer.x) / scale
    const down = (clientY - pointer.y) / scale
    show(pointer.corner ? stretched(placed.mark, from, { wider: right, higher: down }, size) : changed(placed.mark, from, { dx: right, dy: -down }, size))
  }
  const hand = {
    onKeyDown: keyDown,
    onKeyUp: letGo,
    onPointerDown: pointerDown,
    onPointerMove: pointerMove,
    onPointerUp: letGo,
    onPointerCancel: takeBack,
    onBlur: letGo,
    onFocus: () => {
      home.current = latest.current
      onShow(latest.current)
    },
  }
  return { at: draft ?? told, hand }
}
