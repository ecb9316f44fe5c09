import path from 'node:path'

/**
 * A program of Windows itself, by its whole path: a bare name would be looked for in the current folder first, where a download may lie.
 * Where nothing says where the system is, it is no Windows, and the name has to do.
 * @param place below System32
 */
export function systemProgram(place: string, { SystemRoot }: NodeJS.ProcessEnv = process.env): string {
  return SystemRoot === undefined ? path.win32.basename(place) : path.win32.join(SystemRoot, 'System32', place)
}

export const powershell = 'WindowsPowerShell\\v1.0\\powershell.exe'
