import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { useSay } from './say.ts'
import type { UiEvents } from './ui-events.ts'

/** Allows a site by its address, where no page of it is open. `isNext`: it is what the window waits for, so that typing needs no click before. */
export function SiteForm({ isNext = false, on }: { isNext?: boolean; on: UiEvents }) {
  const say = useSay()
  const [address, setAddress] = useState('')
  const [wrong, setWrong] = useState(false)
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    // Never taken from where the clerk is.
    if (isNext && document.activeElement === document.body) field.current?.focus()
  }, [isNext])
  const submit = (event: Event) => {
    event.preventDefault()
    const origin = originOf(address)
    setWrong(origin === undefined)
    if (origin === undefined) return
    on.allowSite(origin)
    setAddress('')
  }
  return (
    <form class="site-form" onSubmit={submit} noValidate>
      <label for={id}>{say.siteAddress}</label>
      <div class="bar">
        <input
          id={id}
          ref={field}
          class="field"
          type="url"
          inputMode="url"
          spellcheck={false}
          autocomplete="off"
          value={address}
          aria-invalid={wrong}
          aria-describedby={`${id}-hint`}
          onInput={(event) => setAddress(event.currentTarget.value)}
        />
        <button type="submit" class="button main">
          {say.addSite}
        </button>
      </div>
      <p id={`${id}-hint`} class={wrong ? 'state bad' : 'soft small'} role={wrong ? 'alert' : undefined}>
        {wrong ? say.siteAddressWrong : say.siteAddressHint}
      </p>
    </form>
  )
}

/** The origin of an address as a person copies it; an address without a scheme is taken as https. */
export function originOf(address: string): string | undefined {
  const text = address.trim()
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `https://${text}`)
  const usable = url && (url.protocol === 'https:' || url.protocol === 'http:') && /^[\w.-]+$/.test(url.hostname)
  return usable ? url.origin : undefined
}
