import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import path from 'node:path'
import { createAuthority } from '../../demo/authority/authority.ts'
import { startAgentProcess } from '../../demo/office/agent-process.ts'
import { makeToken } from '../../demo/office/token.ts'
import { median, type Row } from './measure.ts'

const runs = 7
/** Hosts and workers that only listed are gone after this time; then the agent is idle. */
const settleMs = 75_000

/** The bundle, from the start of its process to the line that says ready; and what it holds when nobody asks for anything. */
export async function benchStart(folder: string): Promise<Row[]> {
  const authority = await createAuthority(path.join(folder, 'authority'))
  const token = await makeToken('p12', path.join(folder, 'token'), () => authority.issue({ profile: 'leader', name: 'Nguyễn Văn Đo', organisation: 'Sở Đo lường' }))
  const start = () => startAgentProcess({ home: path.join(folder, 'home'), port: 0, tokenOptions: [token.option] })
  const times: number[] = []
  for (let run = 0; run < runs; run++) {
    const agent = await start()
    times.push(agent.readyMs)
    await agent.stop()
  }
  const agent = await start()
  const freshMb = treeBytes(agent.pid) / 1e6
  await pause(settleMs)
  const idleMb = treeBytes(agent.pid) / 1e6
  await agent.stop()
  return [
    { name: 'agent ready (bundle, whole process)', value: median(times), unit: 'ms', limit: { most: 200 } },
    { name: 'memory just after start, all processes', value: freshMb, unit: 'MB' },
    { name: 'memory when idle, all processes', value: idleMb, unit: 'MB', limit: { most: 90 }, note: 'proportional set size' },
  ]
}

/** Proportional set size of a process and all below it, in bytes: shared pages are counted once in all. */
function treeBytes(pid: number): number {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean))
  const own = Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024
  return own + children.reduce((sum, child) => sum + treeBytes(Number(child)), 0)
}
