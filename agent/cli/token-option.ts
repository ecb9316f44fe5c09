import path from 'node:path'
import type { SettingsLayer } from '../settings/settings.ts'

/** The places of keys that the command line names; modules as `path` or `path#serial`. */
export interface NamedTokens {
  modules: string[]
  keyFiles: string[]
}

/** `--token p12:FILE | pkcs11:MODULE[#serial]`, each as often as wanted. @throws Error that says what is wrong */
export function readTokenOptions(options: readonly string[]): NamedTokens {
  const tokens: NamedTokens = { modules: [], keyFiles: [] }
  for (const option of options) {
    const [, kind, place] = /^(p12|pkcs11):(.+)$/.exec(option) ?? []
    if (kind === undefined || place === undefined) throw new Error(`--token takes p12:FILE or pkcs11:MODULE[#serial], not "${option}"`)
    if (kind === 'p12') tokens.keyFiles.push(path.resolve(place))
    else tokens.modules.push(path.resolve(place))
  }
  return tokens
}

/** What the command line names replaces what the settings files name; the office's policy stands over both. */
export function tokenSettings(options: readonly string[]): SettingsLayer {
  if (options.length === 0) return {}
  const { modules, keyFiles } = readTokenOptions(options)
  return { pkcs11Modules: modules, keyFiles }
}
