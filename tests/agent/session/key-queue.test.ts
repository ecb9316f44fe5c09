import { expect, test, vi } from 'vitest'
import { Gate } from '../../../agent/session/gate.ts'
import { KeyQueue } from '../../../agent/session/key-queue.ts'
import { refusal, refuse, RefusalError, type Refusal } from '../../../shared/errors.ts'

/** A key whose signatures are made when the test says so. */
function desk() {
  const handed: { digest: number; withdrawn: AbortSignal | undefined; signed: PromiseWithResolvers<Uint8Array> }[] = []
  const stopping = new AbortController()
  const stop = vi.fn((_: Refusal) => stopping.abort())
  const gate = new Gate()
  const skipped = new Set<number>()
  const consent = { requireAlive: vi.fn(), renew: vi.fn() }
  const sign = (digest: Uint8Array, withdrawn?: AbortSignal): Promise<Uint8Array> => {
    const signed = Promise.withResolvers<Uint8Array>()
    withdrawn?.addEventListener('abort', () => signed.reject(new RefusalError(refusal('cancelled'))))
    handed.push({ digest: digest[0] ?? 0, withdrawn, signed })
    return signed.promise
  }
  const queue = new KeyQueue({ key: { sign }, stopped: stopping.signal, stop, consent, gate })
  const counted: number[] = []
  const ask = (number: number, whenSigned = () => void counted.push(number)): Promise<string> =>
    queue.sign({ documentId: String(number), digest: Uint8Array.of(number), isSkipped: () => skipped.has(number), whenSigned }).then(
      () => 'signed',
      (thrown: unknown) => (thrown instanceof RefusalError ? thrown.refusal.code : 'thrown'),
    )
  const digests = (): number[] => handed.map(({ digest }) => digest)
  const make = (index: number): void => handed[index]?.signed.resolve(new Uint8Array(1))
  return { handed, digests, make, ask, counted, stop, stopping, consent, gate, skipped, queue }
}

test('the key has one digest and the next, in their order, and each was consented to before it was handed over', async () => {
  const { ask, digests, make, counted, consent } = desk()
  consent.requireAlive.mockImplementation(() => expect(consent.requireAlive.mock.calls.length).toBe(digests().length + 1))
  const asked = [1, 2, 3, 4].map((number) => ask(number))
  await vi.waitFor(() => expect(digests()).toEqual([1, 2]))
  make(0)
  expect(await asked[0]).toBe('signed')
  await vi.waitFor(() => expect(digests()).toEqual([1, 2, 3]))
  for (const index of [1, 2]) make(index)
  await vi.waitFor(() => expect(digests()).toEqual([1, 2, 3, 4]))
  make(3)
  expect(await Promise.all(asked)).toEqual(['signed', 'signed', 'signed', 'signed'])
  expect([counted, consent.renew.mock.calls.length]).toEqual([[1, 2, 3, 4], 4])
})

test('a stop lets the token finish what it has in hand, takes back the next one and hands over no other', async () => {
  const { ask, handed, digests, make, counted, stopping } = desk()
  const asked = [1, 2, 3].map((number) => ask(number))
  await vi.waitFor(() => expect(digests()).toEqual([1, 2]))
  stopping.abort()
  expect(handed.map(({ withdrawn }) => withdrawn?.aborted)).toEqual([false, true])
  expect(await asked[1]).toBe('cancelled')
  // Too late: nothing is made of it.
  make(1)
  make(0)
  expect(await Promise.all(asked)).toEqual(['signed', 'cancelled', 'cancelled'])
  expect([digests(), counted]).toEqual([[1, 2], [1]])
})

test('a pause takes the next one back, and going on hands it over again, before any other', async () => {
  const { ask, digests, make, counted, gate, queue, stop } = desk()
  const asked = [1, 2, 3].map((number) => ask(number))
  await vi.waitFor(() => expect(digests()).toEqual([1, 2]))
  gate.shut()
  queue.takeBack()
  // The token had begun with it: nothing is made of that.
  make(1)
  make(0)
  expect(await asked[0]).toBe('signed')
  await Promise.resolve()
  expect([digests(), counted]).toEqual([[1, 2], [1]])
  gate.open()
  await vi.waitFor(() => expect(digests()).toEqual([1, 2, 2, 3]))
  make(2)
  make(3)
  expect(await Promise.all(asked)).toEqual(['signed', 'signed', 'signed'])
  expect([counted, stop.mock.calls]).toEqual([[1, 2, 3], []])
})

test('a document that is left out is taken back from the key, and not the one that the token works at', async () => {
  const { ask, handed, digests, make, counted, skipped, queue, stop } = desk()
  const asked = [1, 2, 3].map((number) => ask(number))
  await vi.waitFor(() => expect(digests()).toEqual([1, 2]))
  expect(queue.atKey).toBe('1')
  queue.takeBack('1')
  skipped.add(2)
  queue.takeBack('2')
  expect(handed.map(({ withdrawn }) => withdrawn?.aborted)).toEqual([false, true])
  expect(await asked[1]).toBe('skipped')
  await vi.waitFor(() => expect(digests()).toEqual([1, 2, 3]))
  make(0)
  make(2)
  expect(await Promise.all(asked)).toEqual(['signed', 'skipped', 'signed'])
  expect([counted, stop.mock.calls]).toEqual([[1, 3], []])
})

test('a signature that fails stops the batch and takes back the next one', async () => {
  const { ask, handed, digests, counted, stop } = desk()
  const asked = [1, 2, 3].map((number) => ask(number))
  await vi.waitFor(() => expect(digests()).toEqual([1, 2]))
  handed[0]?.signed.reject(new RefusalError(refusal('token-removed', { token: 'USB' })))
  expect(await Promise.all(asked)).toEqual(['token-removed', 'cancelled', 'cancelled'])
  expect(stop.mock.calls[0]).toEqual([refusal('token-removed', { token: 'USB' })])
  expect([digests(), counted]).toEqual([[1, 2], []])
})

test('what cannot be written down stops the batch, and the next one is taken back', async () => {
  const { ask, digests, make, stop } = desk()
  const asked = [ask(1, () => refuse('disk-full')), ask(2)]
  await vi.waitFor(() => expect(digests()).toEqual([1, 2]))
  make(0)
  expect(await Promise.all(asked)).toEqual(['disk-full', 'cancelled'])
  expect(stop.mock.calls[0]).toEqual([refusal('disk-full')])
})

test('after a consent has expired no digest is handed over', async () => {
  const { ask, digests, consent, stop } = desk()
  consent.requireAlive.mockImplementation(() => refuse('consent-expired'))
  expect(await ask(1)).toBe('consent-expired')
  expect(stop.mock.calls[0]).toEqual([refusal('consent-expired')])
  expect(digests()).toEqual([])
})
