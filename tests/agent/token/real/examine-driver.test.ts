import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { usualDeadlines } from '../../../../agent/token/driver-host.ts'
import { examineDriver } from '../../../../agent/token/examine-driver.ts'
import { makeCertificate } from '../../../support/own-certificate.ts'
import { makeSoftHsm, softHsmModule } from '../../../support/softhsm.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

test.skipIf(softHsmModule() === undefined)('a driver shows its slots, its tokens and their certificates, and asks for no PIN', async () => {
  const folder = tempFolder()
  const token = makeSoftHsm(folder, { label: 'USB-01' })
  token.add({ id: '01', label: 'clerk', ...makeCertificate(folder, 'clerk') })
  vi.stubEnv('SOFTHSM2_CONF', token.environment.SOFTHSM2_CONF)
  onTestFinished(() => void vi.unstubAllEnvs())
  const { slots, keys, refusal } = await examineDriver(token.module, usualDeadlines)
  expect(refusal).toBeUndefined()
  // SoftHSM always has one more slot with a token that was never initialised.
  expect(slots.map((slot) => slot.token?.isInitialised)).toEqual([true, false])
  expect(slots[0]).toMatchObject({ token: { label: 'USB-01', maker: 'SoftHSM project SoftHSM v2', pinLocked: false } })
  expect(keys).toMatchObject([{ tokenSerial: slots[0]?.token?.serial, tokenLabel: 'USB-01' }])
})

test('what cannot be loaded says why, and the agent lives on', async () => {
  const file = path.join(tempFolder(), 'text.so')
  writeFileSync(file, 'no library at all')
  expect((await examineDriver(file, usualDeadlines)).refusal).toEqual({ code: 'driver-unusable', facts: { driver: 'text.so', reason: 'not-a-library' } })
  expect((await examineDriver('/nowhere/p11.so', usualDeadlines)).refusal).toEqual({ code: 'driver-missing', facts: { driver: '/nowhere/p11.so' } })
  const libc = '/lib/x86_64-linux-gnu/libc.so.6'
  if (existsSync(libc)) expect((await examineDriver(libc, usualDeadlines)).refusal?.code).toBe('driver-unusable')
})
