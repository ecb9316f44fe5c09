import { fileURLToPath } from 'node:url'

/**
 * Where the agent finds its own programs and data. From source, each lies where it was written; in the shipped
 * bundle all entries lie flat beside each other, with their data in `assets/`.
 */
const fromSource = import.meta.url.endsWith('.ts')

/** The program of a worker thread or child process, e.g. `token/host`. */
export function entryPath(name: string): string {
  const place = fromSource ? `../${name}.ts` : `./${name.replaceAll('/', '-')}.js`
  return fileURLToPath(new URL(place, import.meta.url))
}

/** A data file that a package brings, e.g. `harfbuzzjs/dist/harfbuzz-subset.wasm`. */
export function assetPath(specifier: string): string {
  const place = fromSource ? import.meta.resolve(specifier) : new URL(`./assets/${specifier.slice(specifier.lastIndexOf('/') + 1)}`, import.meta.url)
  return fileURLToPath(place)
}

/** A program that is built for the agent and lies beside its bundle, e.g. `pin-dialog.exe`. */
export function programPath(name: string): string {
  return fileURLToPath(new URL(fromSource ? `../../dist/agent/${name}` : `./${name}`, import.meta.url))
}
