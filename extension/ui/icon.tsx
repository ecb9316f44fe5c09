import type { JSX } from 'preact'

const shapes = {
  check: <path d="m3.5 8.5 3 3 6-7" />,
  cross: <path d="m4.5 4.5 7 7m0-7-7 7" />,
  care: <path d="M8 2.2 14.2 13H1.8L8 2.2Zm0 4.1v3.2m0 1.6v.1" />,
  refused: <path d="M5.4 2h5.2L14 5.4v5.2L10.6 14H5.4L2 10.6V5.4L5.4 2Zm.4 3.8 4.4 4.4m0-4.4-4.4 4.4" />,
  clock: <path d="M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM8 4.6V8l2.4 1.6" />,
  turning: <path d="M8 1.8A6.2 6.2 0 1 1 2.3 5.6" />,
  different: <path d="M2.5 5.6h11m-11 4.8h11M10.4 2.4 5.6 13.6" />,
  search: <path d="M7 2.2a4.8 4.8 0 1 0 0 9.6 4.8 4.8 0 0 0 0-9.6Zm3.5 8.3 3.3 3.3" />,
  settings: <path d="M2 4.5h6.2m3.6 0H14M2 11.5h2.2m3.6 0H14M10 2.7v3.6M6 9.7v3.6" />,
  panel: <path d="M2 2.8h12v10.4H2V2.8Zm7.5 0v10.4" />,
  save: <path d="M8 2.2v7.4m-3-3 3 3 3-3M2.6 11v2.6h10.8V11" />,
  retry: <path d="M13.4 8A5.4 5.4 0 1 1 11.6 4M11.8 1.4V4.2H9" />,
  link: <path d="M6.6 9.4 9.4 6.6M7 4.4l1.6-1.6a3.25 3.25 0 0 1 4.6 4.6L11.6 9M9 11.6l-1.6 1.6a3.25 3.25 0 0 1-4.6-4.6L4.4 7" />,
  unlinked: <path d="M7 4.4l1.6-1.6a3.25 3.25 0 0 1 4.6 4.6L11.6 9M9 11.6l-1.6 1.6a3.25 3.25 0 0 1-4.6-4.6L4.4 7M3 3l10 10" />,
  document: <path d="M3.5 1.8h6l3 3v9.4h-9V1.8Zm6 0v3h3M5.8 8h4.4m-4.4 2.8h4.4" />,
  pen: <path d="m2.4 13.6.9-3.4 7.6-7.6 2.5 2.5-7.6 7.6-3.4.9Zm7-9.5 2.5 2.5" />,
  question: <path d="M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM6.2 6.4a1.8 1.8 0 1 1 2.6 1.6c-.5.3-.8.6-.8 1.2m0 2v.1" />,
  left: <path d="m9.8 3.4-4.6 4.6 4.6 4.6" />,
  right: <path d="m6.2 3.4 4.6 4.6-4.6 4.6" />,
  up: <path d="m3.4 9.8 4.6-4.6 4.6 4.6" />,
  down: <path d="m3.4 6.2 4.6 4.6 4.6-4.6" />,
  pause: <path d="M5.4 3v10M10.6 3v10" />,
  skip: <path d="m3.6 3.4 6 4.6-6 4.6V3.4Zm8.8 0v9.2" />,
  plus: <path d="M8 3.2v9.6M3.2 8h9.6" />,
  minus: <path d="M3.2 8h9.6" />,
  lock: <path d="M3.4 7.2h9.2v6.6H3.4V7.2Zm2-.2V4.8a2.6 2.6 0 0 1 5.2 0V7" />,
} satisfies Record<string, JSX.Element>

export type IconName = keyof typeof shapes

/** Decoration: what it means is always said in words beside it. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      class={name === 'turning' ? 'turning' : undefined}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width={size > 20 ? 1 : 1.5}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {shapes[name]}
    </svg>
  )
}

/** The seal: a letter Ấ built like the strokes of an old seal, in the only vermilion of the window. */
export function Mark({ size = 22, name }: { size?: number; name: string }) {
  return (
    <span class="mark">
      <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
        <rect class="seal-face" width="32" height="32" rx="6" />
        <path class="seal-lines" d="M9.5 27V16.5h12V27m-12-4.5h12m-13-10 6-5.5 6 5.5M20 8.2l4.5-4" />
      </svg>
      <span>{name}</span>
    </span>
  )
}
