import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

export interface Registrations {
  /** Folders of `*.module` files, the weakest first: a file of the same name in a later one changes the earlier. */
  configurations: readonly string[]
  /** Where a module lies that is registered without its folder, the first one first. */
  modules: readonly string[]
}

/** The library itself: to load it would load every registered module into one process. */
const ownModules = /^(p11-kit-proxy|p11-kit-trust|p11-kit-client)\./

/** What this program is called where a registration says who may use a module (`enable-in`, `disable-in`). */
const programName = 'antin'

/** Paths of the modules that are registered with p11-kit for programs like this one (pkcs11.conf(5)). */
export async function registeredModules({ configurations, modules }: Registrations): Promise<string[][]> {
  const merged = new Map<string, Map<string, string>>()
  for (const folder of configurations) {
    for (const file of (await namesIn(folder)).filter((name) => name.endsWith('.module')).toSorted()) {
      const said = await readRegistration(path.join(folder, file))
      merged.set(file, new Map([...(merged.get(file) ?? []), ...said]))
    }
  }
  return [...merged.values()]
    .filter(isForUs)
    .map((registration) => registration.get('module') ?? '')
    .filter((module) => module !== '' && !ownModules.test(path.basename(module)))
    .map((module) => (path.isAbsolute(module) ? [module] : modules.map((folder) => path.join(folder, module))))
}

/** `name: value` lines; a comment has a line to itself. */
export function parseRegistration(text: string): Map<string, string> {
  const pairs = text.split(/\r?\n/).flatMap((line): [string, string][] => {
    const [, name, value] = /^\s*([\w.-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [[name, value]]
  })
  return new Map(pairs)
}

function isForUs(registration: Map<string, string>): boolean {
  const names = (field: string): string[] | undefined => registration.get(field)?.split(/[\s,]+/)
  if (names('enable-in')?.includes(programName) === false) return false
  // A store of authorities' certificates has no keys.
  return names('disable-in')?.includes(programName) !== true && registration.get('trust-policy') !== 'yes'
}

async function readRegistration(file: string): Promise<Map<string, string>> {
  try {
    return parseRegistration(await readFile(file, 'utf8'))
  } catch (cause) {
    return passOver(cause, new Map<string, string>())
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (cause) {
    return passOver(cause, [])
  }
}

/** What this user may not read, or what is no file, registers nothing. */
function passOver<Value>(cause: unknown, value: Value): Value {
  if (['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM'].includes((cause as NodeJS.ErrnoException).code ?? '')) return value
  throw cause
}
