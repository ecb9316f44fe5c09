import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Preview, type PreviewProps } from './preview.tsx'
import { useSay } from './say.ts'

/** From here on there is room for list and preview side by side; the same number stands in preview.css. */
const besideFrom = '(min-width: 60rem)'

/** Beside the list where there is room, else over everything. */
export function PreviewPlace(props: PreviewProps) {
  const say = useSay()
  const beside = useMatch(besideFrom)
  return beside ? (
    <aside class="preview" aria-label={say.preview}>
      <Preview {...props} />
    </aside>
  ) : (
    <Over {...props} />
  )
}

/** A dialog of the browser: it keeps the focus inside, and Escape closes it. */
function Over(props: PreviewProps) {
  const say = useSay()
  const dialog = useRef<HTMLDialogElement>(null)
  const { onClose } = props
  useLayoutEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog class="preview over" ref={dialog} aria-label={say.preview} onClose={onClose}>
      <Preview {...props} />
    </dialog>
  )
}

function useMatch(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches)
  useEffect(() => {
    const list = matchMedia(query)
    const look = (): void => setMatches(list.matches)
    list.addEventListener('change', look)
    look()
    return () => list.removeEventListener('change', look)
  }, [query])
  return matches
}
