import { execFile, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { PinAttempts } from '../../../../agent/token/pin-attempts.ts'
import { makeClerk, type Clerk, type ClerkAnswers } from '../../../support/clerk.ts'
import { makeSuiteFolder } from '../../../support/own-certificate.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { writeDecision } from '../../signing/sample-pdf.ts'
import { faultTools, useFaultyToken } from './faulty-token.ts'
import { missingTools } from './token-rig.ts'

const { folder, remove } = makeSuiteFolder()
afterAll(remove)

const root = path.resolve(import.meta.dirname, '../../../..')
const soon = { timeout: 60_000, interval: 10 }
const mistyped = '00000000'

interface Outcome {
  files: unknown[]
  refusal?: { code: string }
}

/** `antin sign` as a process of its own, with a clerk of its own, over the home that others share with it. */
function antinSign(home: string, decision: string, module: string, answers: ClerkAnswers): { clerk: Clerk; outcome: Promise<Outcome> } {
  const clerk = makeClerk(tempFolder(), answers)
  const words = [path.join(root, 'agent/cli/antin.ts'), 'sign', decision, '--out', tempFolder(), '--token', `pkcs11:${module}`, '--pinentry', clerk.pinentry, '--json']
  const outcome = new Promise<Outcome>((resolve, reject) => {
    execFile(process.execPath, words, { env: { ...process.env, ...clerk.environment, ANTIN_HOME: home } }, (_, stdout, stderr) => {
      if (stdout === '') reject(new Error(stderr))
      else resolve(JSON.parse(stdout) as Outcome)
    })
  })
  return { clerk, outcome }
}

test('two processes that count at once lose nothing', async () => {
  const home = tempFolder()
  const counter = path.join(home, 'count.mjs')
  const go = path.join(home, 'go')
  const module = path.join(root, 'agent/token/pin-attempts.ts')
  writeFileSync(counter, `
    import { existsSync } from 'node:fs'
    import { PinAttempts } from ${JSON.stringify(module)}
    const attempts = new PinAttempts(${JSON.stringify(home)})
    while (!existsSync(${JSON.stringify(go)})) continue
    for (let time = 0; time < 100; time++) attempts.begin(process.argv[2])
  `)
  const both = ['one', 'one', 'other'].map((serial) => promisify(execFile)(process.execPath, [counter, serial]))
  writeFileSync(go, '')
  await Promise.all(both)
  const attempts = new PinAttempts(home)
  expect([attempts.count('one'), attempts.count('other')]).toEqual([200, 100])
})

describe.skipIf(missingTools(...faultTools))('two processes with one token', () => {
  const faulty = useFaultyToken(folder)

  test('one PIN window at a time: the other is refused before it asks, and the last try is never spent unwarned', async () => {
    const home = tempFolder()
    const decision = path.join(folder, 'Quyết định.pdf')
    await writeDecision(decision)
    const typed = path.join(home, 'typed')
    faulty.order({ tries: 3, tries_file: path.join(home, 'tries'), silent_flags: 1 })
    const wrongOnce = antinSign(home, decision, faulty.fault.module, { pin: mistyped })
    expect((await wrongOnce.outcome).refusal?.code).toBe('pin-wrong')

    const first = antinSign(home, decision, faulty.fault.module, { pin: mistyped, waitFor: typed })
    await vi.waitFor(() => expect(first.clerk.saw()).toHaveLength(1), soon)
    const second = antinSign(home, decision, faulty.fault.module, { pin: mistyped, waitFor: typed })
    // Its window, or its end without one.
    const isOver = await Promise.race([second.outcome.then(() => true), vi.waitFor(() => expect(second.clerk.saw()).toHaveLength(1), soon).then(() => false)])
    writeFileSync(typed, '')
    expect((await first.outcome).refusal?.code).toBe('pin-wrong')
    expect([isOver, (await second.outcome).refusal?.code, second.clerk.saw()]).toEqual([true, 'batch-busy', []])
    expect(faulty.logins()).toBe('uu')

    const third = antinSign(home, decision, faulty.fault.module, { confirm: false })
    expect((await third.outcome).refusal?.code).toBe('pin-cancelled')
    expect(third.clerk.saw().map(({ kind }) => kind)).toEqual(['confirm'])
  })

  test('a process that is killed at its PIN window leaves the token to the next', async () => {
    const home = tempFolder()
    const decision = path.join(folder, 'Quyết định.pdf')
    await writeDecision(decision)
    const clerk = makeClerk(tempFolder(), { pin: faulty.token.pin, waitFor: path.join(home, 'never') })
    const words = [path.join(root, 'agent/cli/antin.ts'), 'sign', decision, '--out', tempFolder(), '--token', `pkcs11:${faulty.fault.module}`, '--pinentry', clerk.pinentry]
    const killed = spawn(process.execPath, words, { stdio: 'ignore', env: { ...process.env, ...clerk.environment, ANTIN_HOME: home } })
    await vi.waitFor(() => expect(clerk.saw()).toHaveLength(1), soon)
    killed.kill('SIGKILL')
    const next = antinSign(home, decision, faulty.fault.module, { pin: faulty.token.pin })
    expect((await next.outcome).files).toMatchObject([{ file: decision, fieldName: 'Signature1' }])
    expect(existsSync(path.join(home, 'pin-attempts.json')) ? readFileSync(path.join(home, 'pin-attempts.json'), 'utf8') : '{}\n').toBe('{}\n')
  })
})
