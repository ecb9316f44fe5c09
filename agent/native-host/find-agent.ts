import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { refuse } from '../../shared/errors.ts'
import { openHome } from '../settings/home.ts'
import { readDoorFile } from './door-file.ts'

export interface FindOptions {
  home: string
  /** Starts an agent for this home: a program and its words. Absent where one must be running. */
  start?: readonly string[] | undefined
}

const startMs = 15_000

/** The port of this user's agent, which is started where none runs. Refuses with `agent-unreachable`. */
export async function findAgent({ home, start }: FindOptions): Promise<number> {
  const door = readDoorFile(home)
  if (door !== undefined && (await isAnswered(door.port))) return door.port
  const [program, ...words] = start ?? []
  if (program === undefined) return refuse('agent-unreachable')
  openHome(home)
  return startAgent(program, words, home)
}

/** It outlives us: a session of its own, and no pipe to us that matters once it is ready. */
async function startAgent(program: string, words: readonly string[], home: string): Promise<number> {
  const deadline = AbortSignal.timeout(startMs)
  const child = spawn(program, words, { detached: true, windowsHide: true, stdio: ['ignore', 'pipe', 'ignore'] })
  const failed = new Promise<undefined>((resolve) => child.once('error', () => resolve(undefined)))
  const port = await Promise.race([readyPort(child.stdout), failed, over(deadline)])
  child.unref()
  child.stdout.destroy()
  // Two browsers may start at once, or the session starts its own agent: whichever came first is the one.
  return port ?? (await otherAgent(home, deadline)) ?? refuse('agent-unreachable')
}

/** Undefined where the agent ended without being ready: most often because another one is. */
async function readyPort(output: NodeJS.ReadableStream): Promise<number | undefined> {
  for await (const line of createInterface({ input: output })) {
    const port = /"ready":true,"port":(\d+)/.exec(line)?.[1]
    if (port !== undefined) return Number(port)
  }
  return undefined
}

async function otherAgent(home: string, deadline: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve) => {
    const look = (): void => {
      const door = readDoorFile(home)
      if (door !== undefined) done(door.port)
    }
    const watcher = watch(home, look)
    const done = (port: number | undefined): void => {
      watcher.close()
      resolve(port)
    }
    deadline.addEventListener('abort', () => done(undefined), { once: true })
    look()
  })
}

function over(deadline: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => deadline.addEventListener('abort', () => resolve(undefined), { once: true }))
}

function isAnswered(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
