import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import path from 'node:path'

/** The real agent as a process of its own, from its bundle, the way an office PC runs it. */
export interface AgentProcess {
  port: number
  pid: number
  /** From start of the process to the line that says ready. */
  readyMs: number
  /** Asks it to end and waits. */
  stop(): Promise<void>
  /** SIGKILL, as a crash would. */
  kill(): Promise<void>
}

export interface AgentOptions {
  home: string
  tokenOptions: string[]
  pinentry?: string
  environment?: Record<string, string>
  /** 0: a free one. */
  port?: number
  /** For what the agent prints. */
  onOutput?: (text: string) => void
}

const bundle = path.resolve(import.meta.dirname, '../../dist/agent/antin.js')

/** @throws Error with what the agent printed, when it ends before it is ready */
export async function startAgentProcess(options: AgentOptions): Promise<AgentProcess> {
  const words = ['run', '--json', '--home', options.home]
  if (options.port !== undefined) words.push('--port', String(options.port))
  for (const token of options.tokenOptions) words.push('--token', token)
  if (options.pinentry !== undefined) words.push('--pinentry', options.pinentry)
  const startedAt = performance.now()
  const child = spawn(process.execPath, [bundle, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.environment },
  })
  const ended = once(child, 'exit')
  const port = await readyPort(child, options.onOutput)
  return {
    port,
    pid: child.pid ?? 0,
    readyMs: performance.now() - startedAt,
    stop: () => end(child, 'SIGTERM', ended),
    kill: () => end(child, 'SIGKILL', ended),
  }
}

async function readyPort(child: ChildProcess, onOutput?: (text: string) => void): Promise<number> {
  const printed: string[] = []
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    printed.push(text)
    onOutput?.(text)
  })
  if (child.stdout === null) throw new Error('the agent has no standard output')
  for await (const line of createInterface({ input: child.stdout })) {
    onOutput?.(`${line}\n`)
    const { ready, port } = parse(line)
    if (ready === true && port !== undefined) {
      child.stdout.resume()
      return port
    }
    printed.push(line)
  }
  throw new Error(`the agent ended before it was ready: ${printed.join('')}`)
}

function parse(line: string): { ready?: boolean; port?: number } {
  try {
    return JSON.parse(line) as { ready?: boolean; port?: number }
  } catch {
    return {}
  }
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL', ended: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal)
  await ended
}
