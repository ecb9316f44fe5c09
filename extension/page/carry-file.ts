/** What Firefox gives its content scripts, and Chromium does not need. */
interface FirefoxWorld {
  cloneInto?: <Value>(value: Value, scope: object) => Value
}
interface FirefoxWindow {
  /** The page's own world, without the glass through which a content script sees it. */
  wrappedJSObject?: { DataTransfer: typeof DataTransfer }
}

/**
 * The file as a hand would bring it. In Firefox a page may read only files that were put down in its own name: what a content script made
 * is shut to it, in `dataTransfer.files` and, once a script of the page looks, in `input.files`.
 */
export function carry(file: File, { defaultView }: Document): DataTransfer {
  const { cloneInto } = globalThis as FirefoxWorld
  const world = (defaultView as FirefoxWindow | null)?.wrappedJSObject
  const isFirefox = cloneInto !== undefined && defaultView !== null && world !== undefined
  const files = isFirefox ? new world.DataTransfer() : new DataTransfer()
  files.items.add(isFirefox ? cloneInto(file, defaultView) : file)
  return files
}
