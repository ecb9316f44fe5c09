import { createHash, randomBytes } from 'node:crypto'
import path from 'node:path'
import { RefusalError } from '../../shared/errors.ts'
import type { KeySource, PinPrompt, UnlockedKey } from '../../agent/token/key-source.ts'
import { createKeySource, type KeySourceOptions } from '../../agent/token/sources.ts'
import { makeClerk } from '../support/clerk.ts'
import { buildFaultModule, type FaultModule } from '../support/fault-module.ts'
import { makeCertificate } from '../support/own-certificate.ts'
import { makeSoftHsm } from '../support/softhsm.ts'
import { median, type Row } from './measure.ts'
import { longestStatusWaits } from './status.ts'
import { tokenBusy } from './token-busy.ts'

const prompt: PinPrompt = { title: '', description: '', prompt: '', ok: '', cancel: '', lockWarning: { description: '', ok: '' }, oneTryLeft: '' }
const signMs = 2_000
const latencyMs = 300
const rounds = 5

/** The key as a source, over SoftHSM behind a module that goes wrong: no documents, no browser. */
export async function benchDriver(folder: string): Promise<Row[]> {
  const token = makeSoftHsm(folder)
  token.add({ id: '01', label: 'rsa', ...makeCertificate(folder, 'rsa') })
  const fault = buildFaultModule(folder, token.module)
  const clerk = makeClerk(folder, { pin: token.pin })
  Object.assign(process.env, token.environment, fault.environment, clerk.environment)
  const open = (options: Partial<KeySourceOptions> = {}): KeySource =>
    createKeySource({ home: folder, modules: [fault.module], keyFiles: [], pinentry: clerk.pinentry, ...options })
  const kept = await measureCrash(fault, open)
  const lateMs = await measureHang(fault, open)
  const { goneMs, thereMs } = await measurePlug(fault, open)
  const waits = await longestStatusWaits(path.join(folder, 'agent'))
  const note = `bundle, from approval to the next signed batch; an idle one: ${waits.idle.toFixed(0)} ms`
  return [
    { name: 'driver crash → next signature, PIN window included', value: kept, unit: 'ms', limit: { most: 1_000 }, note: 'scripted pinentry' },
    { name: 'driver hangs: told after its deadline', value: lateMs, unit: 'ms', limit: { most: 100 } },
    { name: 'driver crashes: longest wait for `status`', value: waits.crash, unit: 'ms', limit: { most: 50 }, note },
    { name: 'driver hangs, is killed: longest wait for `status`', value: waits.hang, unit: 'ms', limit: { most: 50 }, note },
    { name: 'token pulled → told', value: goneMs, unit: 'ms', limit: { most: 1_000 } },
    { name: 'token plugged in → certificate told', value: thereMs, unit: 'ms', limit: { most: 4_000 } },
    { name: `${latencyMs} ms token, 100 digests: token busy`, value: await measureBusy(folder, fault, open), unit: '%', limit: { least: 98 } },
  ]
}

type Open = (options?: Partial<KeySourceOptions>) => KeySource

async function measureCrash(fault: FaultModule, open: Open): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const source = open()
    const key = await unlock(source)
    await sign(key)
    fault.order({ fn: 'C_Sign', mode: 'crash' })
    await refused(key)
    const crashedAt = performance.now()
    fault.order({})
    await sign(await unlock(source))
    times.push(performance.now() - crashedAt)
    await source.close()
  }
  return median(times)
}

async function measureHang(fault: FaultModule, open: Open): Promise<number> {
  const late: number[] = []
  for (let round = 0; round < rounds; round++) {
    const source = open({ deadlines: { signMs } })
    const key = await unlock(source)
    fault.order({ fn: 'C_Sign', mode: 'hang' })
    const startedAt = performance.now()
    await refused(key)
    late.push(performance.now() - startedAt - signMs)
    fault.order({})
    await source.close()
  }
  return median(late)
}

async function measurePlug(fault: FaultModule, open: Open): Promise<{ goneMs: number; thereMs: number }> {
  const source = open()
  let heard: (keys: number) => void = () => undefined
  const end = source.watch?.(({ keys }) => heard(keys.length))
  const until = (count: number): Promise<void> => new Promise((resolve) => (heard = (keys) => keys === count && resolve()))
  await until(1)
  const [gone, there]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    for (const [removed, times] of [[1, gone], [0, there]] as const) {
      const told = until(1 - removed)
      const startedAt = performance.now()
      fault.order({ removed })
      await told
      times.push(performance.now() - startedAt)
    }
  }
  end?.()
  await source.close()
  return { goneMs: median(gone), thereMs: median(there) }
}

/** All digests are asked for at once, as the preparation runs ahead. */
async function measureBusy(folder: string, fault: FaultModule, open: Open): Promise<number> {
  const source = open()
  const end = source.watch?.(() => undefined)
  const key = await unlock(source)
  const times = path.join(folder, 'times')
  fault.order({ latency_ms: latencyMs, times_file: times })
  await Promise.all(Array.from({ length: 100 }, () => sign(key)))
  fault.order({})
  end?.()
  await source.close()
  return tokenBusy(times)
}

async function unlock(source: KeySource): Promise<UnlockedKey> {
  const [info] = (await source.list()).keys
  const authorisation = await source.authorise(info?.certificateSha256 ?? '', prompt)
  if (authorisation.state !== 'now') throw new Error('the key has to wait')
  return authorisation.key
}

function sign(key: UnlockedKey): Promise<Uint8Array> {
  return key.sign(createHash('sha256').update(randomBytes(32)).digest())
}

async function refused(key: UnlockedKey): Promise<void> {
  const outcome: unknown = await sign(key).catch((error: unknown) => error)
  if (!(outcome instanceof RefusalError)) throw new Error('the driver went well')
}
