import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'

const antin = path.resolve(import.meta.dirname, '../../agent/cli/antin.ts')
const built = path.resolve(import.meta.dirname, '../../dist/agent/antin.js')
const killAt = path.resolve(import.meta.dirname, 'kill-at.ts')

export interface AgentProcessOptions {
  home: string
  /** A key file, or a PKCS#11 module as `pkcs11:<path>`. */
  keyFile: string
  pinentry: string
  environment?: NodeJS.ProcessEnv
  /** Points of kill-at.ts, `<before|after> <point>#<occurrence>`: it is killed at the first that it passes, which is written to the file. */
  killAt?: { points: readonly string[]; file: string } | undefined
  /** A program that is loaded before it. */
  preload?: string
  /** Gets a line for each point that is passed. */
  trace?: string | undefined
  /** What starts it: a program and its words before those of Node. */
  under?: readonly string[]
  /** The bundle as an office PC runs it, which starts sooner; build first: npm run build -- --agent */
  isBuilt?: boolean
}

/** The real agent as a process of its own, from its sources or from its bundle. */
export interface AgentProcess {
  port: number
  pid: number
  /** From the start of the process to the line that says ready. */
  readyMs: number
  /** Resolves when the process is gone, to the signal that ended it. */
  gone: Promise<NodeJS.Signals | null>
  stop(): Promise<void>
  kill(): Promise<void>
}

/** Undefined where it was killed before it was ready. @throws Error where it ended by itself */
export async function startAgentProcess(options: AgentProcessOptions): Promise<AgentProcess | undefined> {
  const { home, keyFile, pinentry, preload, under = [], isBuilt = false } = options
  if (isBuilt && !existsSync(built)) throw new Error('build first: npm run build -- --agent')
  const preloads = [...(options.killAt === undefined && options.trace === undefined ? [] : [killAt]), ...(preload === undefined ? [] : [preload])]
  const hooks = preloads.flatMap((file) => ['--import', file])
  const words = ['run', '--json', '--port', '0', '--home', home, '--token', keyFile.startsWith('pkcs11:') ? keyFile : `p12:${keyFile}`, '--pinentry', pinentry]
  const [program = '', ...all] = [...under, process.execPath, ...hooks, isBuilt ? built : antin, ...words]
  const startedAt = performance.now()
  const child = spawn(program, all, { stdio: ['ignore', 'pipe', 'inherit'], env: environmentOf(options) })
  const gone = once(child, 'close').then(([, signal]) => signal as NodeJS.Signals | null)
  const port = await Promise.race([readyPort(child), gone.then(() => undefined)])
  if (port === undefined) {
    const signal = await gone
    if (signal === 'SIGKILL') return undefined
    throw new Error(`the agent ended before it was ready (${signal})`)
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal)
    await gone
  }
  return { port, pid: child.pid ?? 0, readyMs: performance.now() - startedAt, gone, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') }
}

function environmentOf({ home, environment = {}, killAt: kill, trace }: AgentProcessOptions): NodeJS.ProcessEnv {
  return {
    ...process.env,
    // Many lives of the same program: what was compiled for one serves the next.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? path.join(path.dirname(home), 'compiled'),
    ...environment,
    ...(kill === undefined ? {} : { ANTIN_TEST_KILL: JSON.stringify(kill.points), ANTIN_TEST_KILLED: kill.file }),
    ...(trace === undefined ? {} : { ANTIN_TEST_TRACE: trace }),
  }
}

async function readyPort(child: ChildProcess): Promise<number | undefined> {
  if (!child.stdout) throw new Error('the agent has no standard output')
  const lines = createInterface({ input: child.stdout })
  const [line] = (await Promise.race([once(lines, 'line'), once(lines, 'close').then(() => [])])) as [string?]
  return line === undefined ? undefined : (JSON.parse(line) as { port: number }).port
}
