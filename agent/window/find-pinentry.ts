import { accessSync, constants, statSync } from 'node:fs'
import path from 'node:path'
import { refuse } from '../../shared/errors.ts'
import { programPath } from '../settings/own-files.ts'

export interface PinentryProgram {
  program: string
  /** The terminal to draw on, for a program that has no window of its own. */
  terminal?: string
}

export interface PinentrySearch {
  /** What the settings or the command line name: a path, or a program on PATH. */
  setting?: string | undefined
  environment?: NodeJS.ProcessEnv
  /** Whether this process was started from a terminal that a person sees. */
  onTerminal?: boolean
  platform?: NodeJS.Platform
  /** The agent's own window, which Windows needs: it brings no pinentry. */
  ownDialog?: string
}

const windowed = ['pinentry-gtk-2', 'pinentry-qt', 'pinentry-gnome3']
const drawnOnTerminal = 'pinentry-curses'

/** The program that draws the agent's windows. @throws RefusalError pin-window-missing */
export function findPinentry(search: PinentrySearch = {}): PinentryProgram {
  const { setting, environment = process.env, onTerminal = process.stdin.isTTY, platform = process.platform } = search
  const terminal = onTerminal ? { terminal: '/dev/tty' } : {}
  if (setting !== undefined) {
    const program = onPath(setting, environment)
    return program === undefined ? refuse('pin-window-missing', undefined, new Error(`not a program: ${setting}`)) : { program, ...terminal }
  }
  if (platform === 'win32') {
    const { ownDialog = programPath('pin-dialog.exe') } = search
    return isProgram(ownDialog) ? { program: ownDialog } : refuse('pin-window-missing', undefined, new Error(`not there: ${ownDialog}`))
  }
  const hasDisplay = (environment.DISPLAY ?? '') !== '' || (environment.WAYLAND_DISPLAY ?? '') !== ''
  const names = [...(hasDisplay ? windowed : []), ...(onTerminal ? [drawnOnTerminal] : [])]
  for (const name of names) {
    const program = onPath(name, environment)
    if (program !== undefined) return { program, ...terminal }
  }
  return refuse('pin-window-missing')
}

function onPath(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  if (name.includes('/') || name.includes(path.sep)) return isProgram(path.resolve(name)) ? path.resolve(name) : undefined
  const folders = (environment.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => path.join(folder, name)).find(isProgram)
}

function isProgram(file: string): boolean {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
