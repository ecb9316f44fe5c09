import { accessSync, constants, readFileSync } from 'node:fs'
import path from 'node:path'
import * as v from 'valibot'
import { nativeHostName } from '../../../shared/protocol/native.ts'
import { browsers, manifestFolderOf, type KnownBrowser } from '../../native-host/browsers.ts'
import { queryRegistryNow } from '../../settings/windows-registry.ts'
import { finding, type Finding } from './finding.ts'

const Manifest = v.object({ name: v.literal(nativeHostName), path: v.string() })

/**
 * What the browsers of this user know of the native-messaging host, which starts the agent and pairs without a click. Without it
 * signing goes on: the clerk starts the agent and compares digits once. @param manifestsOf files where a manifest may lie; default: on this PC
 */
export function examineNativeHost(manifestsOf: (browser: KnownBrowser) => string[] = registeredFiles): Finding[] {
  const findings = browsers.flatMap((browser) => manifestsOf(browser).flatMap((file) => examineManifest(browser, file) ?? []))
  return findings.length > 0 ? findings : [finding('native-host', 'warn', 'native-host-absent')]
}

/** Undefined where there is none at this place. */
function examineManifest({ name: browser }: KnownBrowser, file: string): Finding | undefined {
  const facts = { browser, file }
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    const isAbsent = (cause as NodeJS.ErrnoException).code === 'ENOENT' && process.platform !== 'win32'
    return isAbsent ? undefined : finding('native-host', 'bad', 'native-host-manifest-wrong', facts)
  }
  const program = programIn(text)
  if (program === undefined) return finding('native-host', 'bad', 'native-host-manifest-wrong', facts)
  const missing = missingOf(program)
  if (missing !== undefined) return finding('native-host', 'bad', 'native-host-program-missing', { ...facts, program: missing })
  return finding('native-host', 'ok', 'native-host-registered', facts)
}

function programIn(text: string): string | undefined {
  try {
    const manifest = v.safeParse(Manifest, JSON.parse(text))
    return manifest.success && path.isAbsolute(manifest.output.path) ? manifest.output.path : undefined
  } catch {
    return undefined
  }
}

/** The starting script, or one of the two programs that it names: Node and the agent. */
function missingOf(program: string): string | undefined {
  if (!canRun(program, constants.X_OK)) return program
  const named = [...readFileSync(program, 'utf8').matchAll(/'([^']+)'|"([^"]+)"/g)].map(([, single, double]) => single ?? double ?? '').filter((word) => path.isAbsolute(word))
  return named.slice(0, 2).find((word) => !canRun(word, constants.R_OK))
}

function canRun(file: string, mode: number): boolean {
  try {
    accessSync(file, mode)
    return true
  } catch {
    return false
  }
}

/** On Windows the registry says where a manifest is; it may name a file that is gone. */
function registeredFiles(browser: KnownBrowser): string[] {
  if (process.platform !== 'win32') {
    return (['user', 'machine'] as const).flatMap((place) => manifestFolderOf(browser, place) ?? []).map((folder) => path.join(folder, `${nativeHostName}.json`))
  }
  return ['HKCU', 'HKLM'].flatMap((hive) => {
    const printed = queryRegistryNow(['query', `${hive}\\Software\\${browser.registryKey}\\${nativeHostName}`, '/ve'])
    return /REG_SZ\s+(.+?)\s*$/m.exec(printed)?.[1] ?? []
  })
}
