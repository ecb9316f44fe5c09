import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { systemProgram } from './system-program.ts'

const deadlineMs = 5_000

/** What `reg.exe` prints for these words, e.g. `query`, a key, `/ve`. Rejects where it fails. */
export async function queryRegistry(words: readonly string[], environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const { program, line } = queryCommand(words, environment)
  const { stdout } = await promisify(execFile)(program, line, { ...unaltered, timeout: deadlineMs, encoding: 'buffer' })
  return consoleText(stdout)
}

/** The same for who cannot wait; nothing where there is no such key. */
export function queryRegistryNow(words: readonly string[]): string {
  const { program, line } = queryCommand(words, process.env)
  return consoleText((spawnSync(program, line, { ...unaltered, timeout: deadlineMs }) as Printed).stdout ?? nothing)
}

/** @param words of `reg.exe` that change something: names of any kind, which it gets as they are. Throws what it said where it failed. */
export function changeRegistry(words: readonly string[]): void {
  const { status, stderr, error } = spawnSync(systemProgram('reg.exe'), words, { windowsHide: true }) as Printed
  if (status !== 0) throw new Error(`the registry could not be written: ${error?.message ?? consoleText(stderr ?? nothing).trim()}`)
}

/** Null where it could not be started at all, whatever the types of Node say. */
type Printed = { status: number | null; stdout: Buffer | null; stderr: Buffer | null; error?: Error }
const nothing = Buffer.alloc(0)

/** The line has its own quotation marks, in which `cmd.exe` takes nothing for a sign of its own but the percent. */
const unaltered = { windowsHide: true, windowsVerbatimArguments: true } as const

/**
 * A program without a window of its own writes to a pipe in the code page of a console that nobody sees, which for names beyond ASCII has no
 * letters or others: that console is told to speak UTF-8 first.
 */
export function queryCommand(words: readonly string[], environment: NodeJS.ProcessEnv): { program: string; line: string[] } {
  const [cmd, chcp, reg] = ['cmd.exe', 'chcp.com', 'reg.exe'].map((name) => systemProgram(name, environment))
  if (words.some((word) => /["%\0\r\n]/.test(word))) throw new Error('words for the registry without quotation marks and percent signs are needed')
  const quoted = [reg, ...words].map((word) => `"${word}"`).join(' ')
  return { program: cmd ?? '', line: ['/d', '/s', '/c', `""${chcp}" 65001 >nul & ${quoted}"`] }
}

/** Where the console did not do as it was told: UTF-16 by its mark or its zeros, else the code page of Vietnamese Windows. */
export function consoleText(bytes: Uint8Array): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes.length > 1 && bytes[0] !== 0 && bytes[1] === 0)) return new TextDecoder('utf-16le').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1258').decode(bytes).normalize('NFC')
  }
}
