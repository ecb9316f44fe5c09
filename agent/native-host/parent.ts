import { spawnSync } from 'node:child_process'
import { readlinkSync, statSync } from 'node:fs'
import path from 'node:path'
import { powershell, systemProgram } from '../settings/system-program.ts'
import { isBrowserProgram } from './browsers.ts'

/** A process above ours, by the file that it runs. */
export interface Ancestor {
  program: string
  /** Only an administrator can put another file in its place. */
  isGuarded: boolean
}

/** Who started us, the parent first; empty where the operating system does not say. */
export function ancestors(): Ancestor[] {
  return process.platform === 'win32' ? ancestorsOnWindows() : [parentOnLinux()].flatMap((parent) => parent ?? [])
}

/**
 * The browser that started us, or undefined. It stops accidents and says in the log who asked; a program of the same user can still
 * start a browser, and gains nothing by it that it had not before.
 */
export function browserAmong([parent, grandparent]: readonly Ancestor[]): string | undefined {
  // Chrome and Firefox start a script on Windows through its command interpreter.
  const starter = parent !== undefined && path.win32.basename(parent.program).toLowerCase() === 'cmd.exe' ? grandparent : parent
  return starter?.isGuarded === true && isBrowserProgram(starter.program) ? starter.program : undefined
}

function parentOnLinux(): Ancestor | undefined {
  try {
    // After an update the running program has no name any more.
    const program = readlinkSync(`/proc/${process.ppid}/exe`).replace(/ \(deleted\)$/, '')
    return { program, isGuarded: isGuardedOnLinux(program) }
  } catch {
    return undefined
  }
}

/** File and folder belong to root, and nobody else may write them: how every package manager leaves them. */
export function isGuardedOnLinux(program: string): boolean {
  return [program, path.dirname(program)].every((place) => {
    const { uid, mode } = statSync(place)
    return uid === 0 && (mode & 0o022) === 0
  })
}

/**
 * Parent and grandparent, each by the path of its program. A number may be another process's by now: who began after its child is no parent.
 * Without the first line names beyond ASCII would come in the code page of a console.
 */
const windowsScript = (ownId: number): string => [
  'try { [Console]::OutputEncoding = [Text.Encoding]::UTF8 } catch { }',
  `$c = Get-CimInstance Win32_Process -Filter "ProcessId=${ownId}"`,
  '1..2 | ForEach-Object { if ($c) { $p = Get-CimInstance Win32_Process -Filter "ProcessId=$($c.ParentProcessId)"; if ($p -and $p.CreationDate -le $c.CreationDate) { $p.ExecutablePath; $c = $p } else { $c = $null } } }',
].join('; ')

function ancestorsOnWindows(): Ancestor[] {
  const words = ['-NoProfile', '-NonInteractive', '-Command', windowsScript(process.pid)]
  // Null where it could not be started at all, whatever the types say.
  const { stdout } = spawnSync(systemProgram(powershell), words, { encoding: 'utf8', windowsHide: true, timeout: 10_000 }) as { stdout: string | null }
  return windowsAncestors(stdout ?? '', process.env)
}

/**
 * By what PowerShell printed, a path a line. A browser that is installed for one user alone (Google, CocCoc) lies where that user may write,
 * and counts all the same: most are.
 */
export function windowsAncestors(printed: string, { ProgramFiles, ProgramW6432, SystemRoot, LOCALAPPDATA, 'ProgramFiles(x86)': programFilesX86 }: NodeJS.ProcessEnv): Ancestor[] {
  const folders = [ProgramFiles, ProgramW6432, programFilesX86, SystemRoot, LOCALAPPDATA && path.win32.join(LOCALAPPDATA, 'Google'), LOCALAPPDATA && path.win32.join(LOCALAPPDATA, 'CocCoc')]
  const isGuarded = (program: string): boolean => folders.some((folder) => folder && program.toLowerCase().startsWith(`${folder.toLowerCase()}\\`))
  return printed.replace(/^\uFEFF/, '').split(/\r?\n/).filter(Boolean).map((program) => ({ program, isGuarded: isGuarded(program) }))
}
