import path from 'node:path'
import { queryRegistry } from '../../settings/windows-registry.ts'

/** The words of `reg.exe`, and what it prints. */
export type QueryRegistry = (words: readonly string[]) => Promise<string>

const providers = 'HKLM\\SOFTWARE\\Microsoft\\Cryptography\\Defaults\\Provider'

/**
 * PKCS#11 modules beside the cryptographic service providers that drivers register with Windows: the provider `X_s.dll` or
 * `X_csp.dll` is a shell, and `X.dll` beside it is the module. Whether such a file exists is for the caller to see.
 */
export async function modulesOfProviders(environment: NodeJS.ProcessEnv, query: QueryRegistry = (words) => queryRegistry(words, environment)): Promise<string[]> {
  let printed: string
  try {
    printed = await query(['query', providers, '/s', '/v', 'Image Path'])
  } catch {
    // No provider has the value, or nobody may ask: the catalogue has been searched already.
    return []
  }
  const system = path.join(environment.SystemRoot ?? 'C:\\Windows', 'System32')
  return [...new Set(imagePaths(printed).map((image) => moduleBeside(expand(image, environment), system)))]
}

export function imagePaths(printed: string): string[] {
  return printed.split(/\r?\n/).flatMap((line) => /^\s+Image Path\s+REG_(?:EXPAND_)?SZ\s+(\S.*?)\s*$/i.exec(line)?.[1] ?? [])
}

/** A provider without a folder lies in the system's own. */
function moduleBeside(image: string, system: string): string {
  const { dir, name, ext } = path.win32.parse(image)
  const file = `${name.replace(/_(s|csp)$/i, '')}${ext}`
  return dir === '' ? path.join(system, file) : path.win32.join(dir, file)
}

function expand(text: string, environment: NodeJS.ProcessEnv): string {
  const byName = new Map(Object.entries(environment).map(([name, value]) => [name.toLowerCase(), value]))
  return text.replaceAll(/%([^%]+)%/g, (whole, name: string) => byName.get(name.toLowerCase()) ?? whole)
}
