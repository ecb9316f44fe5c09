import { spawnSync } from 'node:child_process'
import { readlinkSync, statSync } from 'node:fs'
import path from 'node:path'
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

function ancestorsOnWindows(): Ancestor[] {
  const script = `$id = ${process.ppid}; 1..2 | ForEach-Object { $p = Get-CimInstance Win32_Process -Filter "ProcessId=$id"; if ($p) { $p.ExecutablePath; $id = $p.ParentProcessId } }`
  const { stdout } = spawnSync('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script], { encoding: 'utf8', windowsHide: true, timeout: 10_000 })
  const { ProgramFiles, ProgramW6432, SystemRoot, LOCALAPPDATA, 'ProgramFiles(x86)': programFilesX86 } = process.env
  const folders = [ProgramFiles, ProgramW6432, programFilesX86, SystemRoot, LOCALAPPDATA && path.win32.join(LOCALAPPDATA, 'Google'), LOCALAPPDATA && path.win32.join(LOCALAPPDATA, 'CocCoc')]
  const isGuarded = (program: string): boolean => folders.some((folder) => folder && program.toLowerCase().startsWith(`${folder.toLowerCase()}\\`))
  return stdout.split(/\r?\n/).filter(Boolean).map((program) => ({ program, isGuarded: isGuarded(program) }))
}
