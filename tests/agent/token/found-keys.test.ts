import { expect, test } from 'vitest'
import { defaults } from '../../../agent/settings/settings.ts'
import { createFoundKeySource, mustSearch } from '../../../agent/token/found-keys.ts'
import type { KeyInfo, KeyListing, KeySource } from '../../../agent/token/key-source.ts'
import { refusal, refuse } from '../../../shared/errors.ts'

const key = { certificateSha256: '0'.repeat(64), tokenSerial: 'f0a1' } as KeyInfo
const problem = refusal('driver-unusable', { driver: 'x.so', reason: 'crashed' })

/** A PC on which drivers come to be installed and tokens to be plugged in. */
function makePc() {
  const pc = { installed: [] as string[], plugged: [] as KeyInfo[], problems: [problem], searches: 0, open: [] as string[][], closed: 0, tells: new Set<(listing: KeyListing) => void>(), readings: new Set<(() => void) | undefined>() }
  const openSource = (modules: string[]): KeySource => {
    pc.open.push(modules)
    return {
      list: () => Promise.resolve({ keys: modules.length === 0 ? [] : pc.plugged, problems: modules.length === 0 ? [] : pc.problems }),
      authorise: () => Promise.resolve().then(() => refuse('certificate-missing')),
      watch: (tell, reading) => {
        if (modules.length > 0) {
          pc.tells.add(tell)
          pc.readings.add(reading)
        }
        return () => pc.tells.delete(tell)
      },
      close: () => {
        pc.closed += 1
        return Promise.resolve()
      },
    }
  }
  const find = () => {
    pc.searches += 1
    return Promise.resolve([...pc.installed])
  }
  return { pc, source: createFoundKeySource(openSource, find) }
}

test('nothing is searched before somebody asks', async () => {
  const { pc, source } = makePc()
  expect(pc.searches).toBe(0)
  await source.list()
  expect(pc.searches).toBe(1)
})

test('a driver that is installed later is found, and once there is a key the search rests', async () => {
  const { pc, source } = makePc()
  expect(await source.list()).toEqual({ keys: [], problems: [] })
  pc.installed = ['/usr/lib/a.so']
  expect(await source.list()).toEqual({ keys: [], problems: [problem] })
  pc.plugged = [key]
  expect((await source.list()).keys).toEqual([key])
  const { searches } = pc
  await source.list()
  expect(pc.searches).toBe(searches)
  expect(pc.open).toEqual([[], ['/usr/lib/a.so']])
  expect(pc.closed).toBe(1)
})

test('faults of drivers that nobody named are told only while nothing can sign', async () => {
  const { pc, source } = makePc()
  pc.installed = ['/usr/lib/a.so']
  expect((await source.list()).problems).toEqual([problem])
  pc.plugged = [key]
  expect((await source.list()).problems).toEqual([])
})

test('who watches is told that a token is being read, also behind drivers that were found later', async () => {
  const { pc, source } = makePc()
  let told = 0
  source.watch?.(() => undefined, () => told++)
  pc.installed = ['/usr/lib/a.so']
  await source.list()
  for (const reading of pc.readings) reading?.()
  expect(told).toBe(1)
})

test('who watches goes on watching when the drivers change', async () => {
  const { pc, source } = makePc()
  const told: KeyListing[] = []
  const end = source.watch?.((listing) => told.push(listing))
  pc.installed = ['/usr/lib/a.so']
  await source.list()
  for (const tell of pc.tells) tell({ keys: [key], problems: [problem] })
  expect(told).toEqual([{ keys: [key], problems: [] }])
  end?.()
  expect(pc.tells.size).toBe(0)
})

test('a certificate is looked for even where nobody listed', async () => {
  const { pc, source } = makePc()
  pc.installed = ['/usr/lib/a.so']
  await expect(source.authorise('0'.repeat(64), {} as Parameters<KeySource['authorise']>[1])).rejects.toThrow('certificate-missing')
  expect(pc.open.at(-1)).toEqual(['/usr/lib/a.so'])
})

test.each([
  [{}, true],
  [{ searchDrivers: false }, false],
  [{ keyFiles: ['/a.p12'] }, false],
  [{ pkcs11Modules: ['/a.so'] }, false],
])('with %o the search is %s', (said, expected) => {
  expect(mustSearch({ ...defaults, ...said })).toBe(expected)
})
