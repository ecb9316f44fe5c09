import { spawn } from 'node:child_process'
import { powershell, systemProgram } from '../settings/system-program.ts'

const why = 'Signing documents'

/** The thread's wish ends with its process (SetThreadExecutionState: ES_CONTINUOUS | ES_SYSTEM_REQUIRED). */
const windowsScript = [
  `$w = Add-Type -PassThru -Namespace Antin -Name Power -MemberDefinition '[DllImport("kernel32.dll")] public static extern uint SetThreadExecutionState(uint flags);'`,
  'if ($w::SetThreadExecutionState(2147483649) -eq 0) { exit 1 }',
  '[void][Console]::In.ReadToEnd()',
].join('; ')

/** Each holds sleep off for as long as its standard input is open, so that an agent that dies holds nothing. */
const holders: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  linux: ['systemd-inhibit', '--what=sleep:idle', '--who=Antin', `--why=${why}`, '--mode=block', 'cat'],
  darwin: ['caffeinate', '-i', 'cat'],
  win32: [systemProgram(powershell), '-NoProfile', '-NonInteractive', '-Command', windowsScript],
}

/**
 * Keeps the PC from falling asleep until the returned function is called. A PC on which that cannot be done signs all the same: `failed`
 * is told why, at most once. Never throws.
 */
export function keepAwake(failed: (reason: string) => void, platform: NodeJS.Platform = process.platform): () => void {
  const holder = holders[platform]
  if (holder === undefined) return () => undefined
  const [program, ...words] = holder
  let isOver = false
  const over = (reason?: string): void => {
    if (isOver) return
    isOver = true
    if (reason !== undefined) failed(reason)
  }
  const child = spawn(program, words, { stdio: ['pipe', 'ignore', 'ignore'], windowsHide: true })
  child.on('error', (error: NodeJS.ErrnoException) => over(`${program}: ${error.code ?? error.message}`))
  child.on('exit', (code, signal) => over(`${program} ended with ${signal ?? code}`))
  // It may be gone before it hears that it is over.
  child.stdin.on('error', () => undefined)
  child.unref()
  return () => {
    over()
    child.stdin.end()
  }
}
