/**
 * Loaded before the agent (`node --import`), and by it before each of its driver hosts: ends a host with SIGKILL at the point that the
 * file P11FAULT_KILL names (the environment of a host lets this name through), and takes the file away.
 *
 *     before <verb>#<occurrence>   asked for, and not begun
 *     after <verb>#<occurrence>    done, and not told
 *     told <verb>#<occurrence>     told
 */
import childProcess from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { HostMessage, HostRequest, HostVerb, Withdrawal } from '../../agent/token/host-calls.ts'

export type HostPoint = `${'before' | 'after' | 'told'} ${HostVerb}#${number}`

const file = process.env.P11FAULT_KILL ?? ''
if (process.send !== undefined) watchHost()
else preloadHosts()

function preloadHosts(): void {
  const { fork } = childProcess
  childProcess.fork = ((program: string, words: string[], options: childProcess.ForkOptions) =>
    fork(program, words, { ...options, execArgv: [...(options.execArgv ?? []), '--import', fileURLToPath(import.meta.url)] })) as typeof fork
  syncBuiltinESMExports()
}

function watchHost(): void {
  const emit = process.emit.bind(process) as (name: string, ...values: unknown[]) => boolean
  const send = process.send?.bind(process) as (message: HostMessage, handle: undefined, options: object, told: (error: Error | null) => void) => boolean
  const counts = new Map<HostVerb, number>()
  const asked = new Map<number, string>()

  process.emit = ((name: string, ...values: unknown[]) => {
    const request = name === 'message' ? (values[0] as HostRequest | Withdrawal) : undefined
    if (request !== undefined && 'verb' in request) {
      const count = (counts.get(request.verb) ?? 0) + 1
      counts.set(request.verb, count)
      asked.set(request.id, `${request.verb}#${count}`)
      pass(`before ${request.verb}#${count}`)
    }
    return emit(name, ...values)
  }) as typeof process.emit
  process.send = ((message: HostMessage, handle: undefined, options: object, told: (error: Error | null) => void) => {
    const call = 'id' in message ? asked.get(message.id) : undefined
    pass(`after ${call}`)
    return send(message, handle, options, (error) => {
      pass(`told ${call}`)
      told(error)
    })
  }) as NonNullable<typeof process.send>
}

function pass(point: string): void {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== point) return
  rmSync(file)
  process.kill(process.pid, 'SIGKILL')
}
