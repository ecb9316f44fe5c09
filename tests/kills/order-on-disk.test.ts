import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { canaryPin } from '../support/canary-pins.ts'
import { AgentClient, newDocument } from '../support/agent-client.ts'
import { startAgentProcess } from '../support/agent-process.ts'
import { makeClerk } from '../support/clerk.ts'
import { makeCertificate, makeKeyFile, makeSuiteFolder } from '../support/own-certificate.ts'
import { smallPdf } from '../support/small-pdf.ts'

const suite = makeSuiteFolder('antin-order')
afterAll(() => {
  // strace has written down every pipe, that of the PIN window too.
  rmSync(path.join(suite.folder, 'trace'), { force: true })
  suite.remove()
})
const pin = canaryPin()
const hasStrace = isThere('strace')
if (!hasStrace) console.log('SKIPPED: the order on disk is not checked, because strace is not installed')

function isThere(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Calls as they ended, in their order: name, and the rest of the line with the paths of descriptors (-y). */
interface Call {
  name: string
  rest: string
}

/** Calls that were interrupted by another thread come in two lines: the second one is when they ended. */
function readCalls(file: string): Call[] {
  const begun = new Map<string, string>()
  return readFileSync(file, 'utf8').split('\n').flatMap((line) => {
    const [, thread = '', text = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    const unfinished = /^(.*) <unfinished \.\.\.>$/.exec(text)?.[1]
    if (unfinished !== undefined) {
      begun.set(thread, unfinished)
      return []
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text)?.[1]
    const whole = resumed === undefined ? text : `${begun.get(thread) ?? ''}${resumed}`
    const [, name, rest] = /^(\w+)\((.*)$/.exec(whole) ?? []
    return name === undefined || rest === undefined ? [] : [{ name, rest }]
  })
}

async function traceOneDocument(): Promise<{ calls: Call[]; documentId: string; batchId: string }> {
  const { folder } = suite
  const trace = path.join(folder, 'trace')
  const clerk = makeClerk(folder, { confirm: true, pin })
  const keyFile = makeKeyFile(folder, 'clerk', makeCertificate(folder, 'clerk'), pin)
  const calls = 'write,pwrite64,writev,sendto,sendmsg,fsync,fdatasync,rename,renameat,renameat2'
  const under = ['strace', '--daemonize', '--follow-forks', '-y', '--string-limit=2000', `--trace=${calls}`, `--output=${trace}`]
  const home = path.join(folder, 'home')
  const agent = await startAgentProcess({ home, keyFile, pinentry: clerk.pinentry, environment: clerk.environment, under })
  if (!agent) throw new Error('the agent did not start')
  const client = await AgentClient.pairAndConnect(agent.port)
  const [certificate] = (await client.listCertificates()).certificates
  const document = newDocument('một.pdf', smallPdf('order', 400_000))
  const offered = await client.offer([document], { certificateSha256: certificate?.sha256 ?? '' })
  client.approve(offered)
  await client.batch(offered.batchId, 'done')
  await client.close()
  await agent.stop()
  // strace writes the last line when all is over.
  await expect.poll(() => readFileSync(trace, 'utf8')).toMatch(new RegExp(`^${agent.pid} \\+\\+\\+ exited with 0`, 'm'))
  return { calls: readCalls(trace), documentId: document.documentId, batchId: offered.batchId }
}

const isTelling = ({ name, rest }: Call): boolean => ['write', 'writev', 'sendto', 'sendmsg'].includes(name) && rest.includes('\\"kind\\":\\"sign\\"')
const isWrite = ({ name }: Call): boolean => name === 'write' || name === 'pwrite64' || name === 'writev'
const isFlush = ({ name }: Call): boolean => name === 'fsync' || name === 'fdatasync'

describe.skipIf(!hasStrace)('on the disk before it is told', () => {
  it('write, fsync, rename, fsync of the folder, commit, tell: for a document as it comes and as it is signed', async () => {
    const { calls, documentId, batchId } = await traceOneDocument()
    for (const { file, state } of [{ file: `${documentId}.pdf`, state: 'received' }, { file: `${documentId}.signed.pdf`, state: 'checked' }]) {
      const on = (place: string) => ({ rest }: Call): boolean => rest.includes(place)
      const part = on(`/${file}.part>`)
      const order = [
        ['written', calls.findLastIndex((call) => isWrite(call) && part(call))],
        ['flushed', calls.findIndex((call) => isFlush(call) && part(call))],
        ['named', calls.findIndex((call) => call.name.startsWith('rename') && on(`/${file}.part"`)(call))],
        ['folder flushed', calls.findIndex((call, index) => index > calls.findIndex(({ name, rest }) => name.startsWith('rename') && rest.includes(`/${file}.part"`)) && isFlush(call) && on(`/spool/${batchId}>`)(call))],
        ['told', calls.findIndex((call) => isTelling(call) && call.rest.includes(`\\"state\\":\\"${state}\\"`) && call.rest.includes(documentId))],
      ] as const
      expect(order.map(([step, index]) => [step, index >= 0])).toEqual(order.map(([step]) => [step, true]))
      expect(order.toSorted(([, left], [, right]) => left - right).map(([step]) => step)).toEqual(order.map(([step]) => step))
      // The commit: the journal is written and flushed after the folder and before it is told.
      const [, , , [, folderFlushed], [, told]] = order
      const between = calls.slice(folderFlushed + 1, told)
      expect(between.some((call) => isWrite(call) && on('/journal.sqlite-wal>')(call))).toBe(true)
    }
  })

  it('nothing is told of a batch while the journal has something that is not flushed', () => {
    const calls = readCalls(path.join(suite.folder, 'trace'))
    const unflushed: string[] = []
    let isClean = true
    let told = 0
    for (const call of calls) {
      if (call.rest.includes('/journal.sqlite-wal>')) isClean = isFlush(call) ? true : isWrite(call) ? false : isClean
      if (!isTelling(call)) continue
      told++
      if (!isClean) unflushed.push(call.rest.slice(0, 300))
    }
    expect(told).toBeGreaterThanOrEqual(8)
    expect(unflushed).toEqual([])
  })
})
