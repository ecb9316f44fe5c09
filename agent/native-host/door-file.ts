import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as v from 'valibot'

const DoorFile = v.strictObject({
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  /** Of the agent that wrote it; one that crashed leaves its file behind. */
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
})
export type DoorFile = v.InferOutput<typeof DoorFile>

export const doorFileName = 'door.json'

/** Where this user's agent listens, for programs of the same user. No secret: the port is open to be found. */
export function writeDoorFile(home: string, door: DoorFile): void {
  writeFileSync(path.join(home, doorFileName), JSON.stringify(door), { mode: 0o600 })
}

/** Undefined where no agent runs, or the file is just being written. */
export function readDoorFile(home: string): DoorFile | undefined {
  try {
    const door = v.parse(DoorFile, JSON.parse(readFileSync(path.join(home, doorFileName), 'utf8')))
    return isAlive(door.pid) ? door : undefined
  } catch {
    return undefined
  }
}

export function removeDoorFile(home: string): void {
  rmSync(path.join(home, doorFileName), { force: true })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
