import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { firefoxExtensionId } from '../../shared/protocol/extension-ids.ts'
import { nativeHostName } from '../../shared/protocol/native.ts'
import { changeRegistry } from '../settings/windows-registry.ts'
import { browsers, manifestFolderOf, type KnownBrowser } from './browsers.ts'

export interface Registration {
  browser: KnownBrowser['name']
  place: 'user' | 'machine'
  /** Of a Chromium that keeps its state here (`--user-data-dir`): it looks for hosts in there alone. */
  profileDir?: string | undefined
}

export interface HostProgram {
  /** Starts the host: a program and its words, before those that the browser adds. */
  command: readonly string[]
  /** Where the script lies that starts it, since a manifest names a file and no words. */
  folder: string
  extensionOrigins: readonly string[]
}

/** @returns the file of the manifest */
export function register(registration: Registration, { command, folder, extensionOrigins }: HostProgram): string {
  const browser = browserOf(registration)
  const program = writeStarter(folder, command)
  const callers = browser.family === 'firefox' ? { allowed_extensions: [firefoxExtensionId] } : { allowed_origins: extensionOrigins.map((origin) => `${origin}/`) }
  const manifest = { name: nativeHostName, description: 'Ấn Tín', path: program, type: 'stdio', ...callers }
  const file = manifestFile(browser, registration, folder)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: 0o644 })
  if (process.platform === 'win32') changeRegistry(['add', registryKeyOf(browser, registration), '/ve', '/t', 'REG_SZ', '/d', file, '/f'])
  return file
}

/** @returns false where it was not registered */
export function unregister(registration: Registration, folder: string): boolean {
  const browser = browserOf(registration)
  const file = manifestFile(browser, registration, folder)
  const wasThere = existsSync(file)
  rmSync(file, { force: true })
  if (process.platform === 'win32' && wasThere) changeRegistry(['delete', registryKeyOf(browser, registration), '/f'])
  return wasThere
}

/** Where the manifest lies, or would lie. */
export function manifestFile(browser: KnownBrowser, { place, profileDir }: Omit<Registration, 'browser'>, folder: string, platform: NodeJS.Platform = process.platform): string {
  // On Windows the registry says where it is: one for each browser, so that taking one off the list leaves the others theirs.
  if (platform === 'win32') return path.join(folder, `${nativeHostName}.${browser.name}.json`)
  const where = profileDir === undefined ? manifestFolderOf(browser, place) : path.join(profileDir, 'NativeMessagingHosts')
  if (where === undefined) throw new Error(`${browser.name} does not exist for this operating system`)
  return path.join(where, `${nativeHostName}.json`)
}

function browserOf({ browser: name, profileDir }: Registration): KnownBrowser {
  const browser = browsers.find((known) => known.name === name)
  if (browser === undefined) throw new Error(`--browser takes ${browsers.map((known) => known.name).join(', ')}, not "${name}"`)
  if (profileDir !== undefined && browser.family === 'firefox') throw new Error('Firefox has no hosts for one profile')
  return browser
}

function writeStarter(folder: string, command: readonly string[]): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (process.platform === 'win32') {
    const script = path.join(folder, 'native-host.bat')
    writeFileSync(script, windowsStarter(command))
    return script
  }
  const script = path.join(folder, 'native-host')
  // `exec` keeps the browser as our parent.
  writeFileSync(script, `#!/bin/sh\nexec ${command.map(quoted).join(' ')} "$@"\n`)
  chmodSync(script, 0o755)
  return script
}

/** Folders of the person, whose name may be in them. */
const personal = ['LOCALAPPDATA', 'APPDATA', 'USERPROFILE'] as const

/**
 * A script for the command interpreter. It reads the file in the code page of its console: names beyond ASCII (C:\Users\Nguyễn) are
 * therefore left to the variable that holds them, and for those that none holds the code page is UTF-8 first. Nothing of that may be printed, since
 * what is printed is the answer. A percent sign would begin a variable.
 */
export function windowsStarter(command: readonly string[], environment: NodeJS.ProcessEnv = process.env): string {
  const words = command.map((word) => `"${withoutName(word, environment)}"`)
  return ['@echo off', 'chcp 65001 >nul 2>nul', `${words.join(' ')} %*`, ''].join('\r\n')
}

function withoutName(word: string, environment: NodeJS.ProcessEnv): string {
  const isBelow = (folder = ''): boolean => folder !== '' && word.toLowerCase().startsWith(`${folder.toLowerCase()}\\`)
  const name = /[^ -~]/.test(word) ? personal.find((candidate) => isBelow(environment[candidate])) : undefined
  const rest = name === undefined ? word : word.slice((environment[name] ?? '').length)
  return `${name === undefined ? '' : `%${name}%`}${rest.replaceAll('%', '%%')}`
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}

function registryKeyOf({ registryKey }: KnownBrowser, { place }: Registration): string {
  return `${place === 'machine' ? 'HKLM' : 'HKCU'}\\Software\\${registryKey}\\${nativeHostName}`
}
