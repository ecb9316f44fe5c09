import path from 'node:path'
import { refusalOf, type Refusal } from '../../shared/errors.ts'
import { entryPath } from '../settings/own-files.ts'
import type { Deadlines } from './driver-host.ts'
import type { HostListing, SlotView } from './host-calls.ts'
import { HostProcess } from './host-process.ts'

/** What a driver shows when it is asked everything that needs no PIN. */
export interface DriverExamination extends HostListing {
  slots: SlotView[]
  /** Why it did not get so far, where it did not. */
  refusal?: Refusal
  /** How long it took to load, in milliseconds. */
  loadMs: number
}

/** Loads a driver once, in a host of its own that ends with it, and asks for no PIN. Never throws for what a driver does. */
export async function examineDriver(file: string, { startMs, listMs }: Deadlines, program = entryPath('token/host')): Promise<DriverExamination> {
  const token = path.basename(file)
  const host = new HostProcess(program, () => undefined)
  const begun = performance.now()
  const examined: DriverExamination = { slots: [], keys: [], problems: [], loadMs: 0 }
  try {
    await host.call('load', { kind: 'pkcs11', path: file }, { deadlineMs: startMs, token })
    examined.loadMs = Math.round(performance.now() - begun)
    examined.slots = await host.call('slots', undefined, { deadlineMs: listMs, token })
    return { ...examined, ...(await host.call('list', undefined, { deadlineMs: listMs, token })) }
  } catch (cause) {
    return { ...examined, refusal: refusalOf(cause) }
  } finally {
    await host.end()
  }
}
