import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeAll, beforeEach, vi } from 'vitest'
import type { KeySourceOptions } from '../../../../agent/token/sources.ts'
import type { ClerkAnswers } from '../../../support/clerk.ts'
import { buildFaultModule, type FaultModule, type FaultOrders } from '../../../support/fault-module.ts'
import { makeCertificate } from '../../../support/own-certificate.ts'
import { makeSoftHsm, type SoftHsm } from '../../../support/softhsm.ts'
import { openSource } from './token-rig.ts'

export const faultTools = ['softhsm2', 'softhsm2-util', 'pkcs11-tool', 'openssl', 'gcc']

/** A token of SoftHSM2 behind the module that does harm, for all tests of a `describe`. */
export interface FaultyToken {
  token: SoftHsm
  fault: FaultModule
  /** Passes the orders on, and has every C_Login and C_Sign written down. */
  order(orders: FaultOrders): void
  /** One letter for every login of this test: u for the user, c for one signature. */
  logins(): string
  /** One letter for every C_Sign of this test that was begun. */
  signs(): string
  open(answers?: ClerkAnswers, options?: Partial<KeySourceOptions>): ReturnType<typeof openSource>
}

/** Call it in a `describe`; what it returns is filled before the first test. */
export function useFaultyToken(folder: string): FaultyToken {
  const loginsFile = path.join(folder, 'logins')
  const signsFile = path.join(folder, 'signs')
  const faulty = {
    order: (orders: FaultOrders) => faulty.fault.order({ logins_file: loginsFile, signs_file: signsFile, ...orders }),
    signs: () => (existsSync(signsFile) ? readFileSync(signsFile, 'utf8') : ''),
    logins: () => (existsSync(loginsFile) ? readFileSync(loginsFile, 'utf8') : ''),
    open: (answers: ClerkAnswers = { pin: faulty.token.pin }, options: Partial<KeySourceOptions> = {}) =>
      openSource(answers, { modules: [faulty.fault.module], ...options }),
  } as FaultyToken
  beforeAll(() => {
    faulty.token = makeSoftHsm(folder)
    faulty.token.add({ id: '01', label: 'rsa', ...makeCertificate(folder, 'rsa') })
    faulty.fault = buildFaultModule(folder, faulty.token.module)
  })
  beforeEach(() => {
    for (const [name, value] of Object.entries({ ...faulty.token.environment, ...faulty.fault.environment })) vi.stubEnv(name, value)
    rmSync(loginsFile, { force: true })
    rmSync(signsFile, { force: true })
    faulty.order({})
  })
  afterEach(() => void vi.unstubAllEnvs())
  return faulty
}
