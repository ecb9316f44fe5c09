import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { serveAuthority } from '../../demo/authority/serve-authority.ts'
import { canaryPin } from '../support/canary-pins.ts'
import { AgentClient, newDocument } from '../support/agent-client.ts'
import { startAgentProcess } from '../support/agent-process.ts'
import { makeClerk } from '../support/clerk.ts'
import { makeKeyFile, makeSuiteFolder, writeCredential } from '../support/own-certificate.ts'
import { smallPdf } from '../support/small-pdf.ts'

const suite = makeSuiteFolder('antin-silence')
const pin = canaryPin()
const hasStrace = isThere('strace')
if (!hasStrace) console.log('SKIPPED: that the agent calls nobody is not checked, because strace is not installed')
const authority = await serveAuthority(path.join(suite.folder, 'authority'))
afterAll(async () => {
  await authority.close()
  suite.remove()
})

function isThere(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** A batch of three, signed and stamped under strace: every address that the agent and all its threads and children spoke to. */
async function addressesOfBatch(): Promise<{ called: string[]; bound: string[]; local: string[] }> {
  const { folder } = suite
  const [home, roots, trace] = [path.join(folder, 'home'), path.join(folder, 'roots'), path.join(folder, 'trace')]
  for (const made of [home, roots]) mkdirSync(made, { mode: 0o700 })
  writeFileSync(path.join(roots, 'root.pem'), authority.authority.root.certificatePem)
  const settings = { rootsFolder: roots, timeStamp: { url: authority.timeStampUrl }, evidenceHosts: [authority.host], level: 'B-LT' }
  writeFileSync(path.join(home, 'settings.json'), JSON.stringify(settings), { mode: 0o600 })
  const clerk = makeClerk(folder, { confirm: true, pin })
  const credential = await authority.authority.issue({ profile: 'clerk', name: 'Nguyễn Văn An', organisation: 'Sở Nội vụ tỉnh Lai Châu' })
  const keyFile = makeKeyFile(folder, 'clerk', writeCredential(folder, 'clerk', credential), pin)
  // Datagrams too: a name that is looked up is a word to a stranger.
  const under = ['strace', '--daemonize', '--follow-forks', '--seccomp-bpf', '--trace=connect,bind,sendto,sendmsg,sendmmsg', '--string-limit=0', `--output=${trace}`]
  const agent = await startAgentProcess({ home, keyFile, pinentry: clerk.pinentry, environment: clerk.environment, under })
  if (!agent) throw new Error('the agent did not start')
  const client = await AgentClient.pairAndConnect(agent.port)
  const [certificate] = (await client.listCertificates()).certificates
  const documents = [1, 2, 3].map((number) => newDocument(`${number}.pdf`, smallPdf(`silence ${number}`)))
  const offered = await client.offer(documents, { certificateSha256: certificate?.sha256 ?? '' })
  client.approve(offered)
  const done = await client.batch(offered.batchId, 'done')
  expect(done.documents.map(({ state }) => state)).toEqual(['checked', 'checked', 'checked'])
  await client.close()
  await agent.stop()
  await expect.poll(() => readFileSync(trace, 'utf8'), { timeout: 20_000 }).toMatch(new RegExp(`^${agent.pid} +\\+\\+\\+ exited with 0`, 'm'))
  const lines = readFileSync(trace, 'utf8').split('\n')
  return {
    called: lines.filter((line) => !/ bind\(/.test(line)).flatMap(addressIn),
    bound: lines.filter((line) => / bind\(/.test(line)).flatMap(addressIn),
    local: lines.filter((line) => / connect\(/.test(line)).flatMap((line) => /sun_path=(\S+)"/.exec(line)?.[1] ?? []),
  }
}

function addressIn(line: string): string[] {
  const port = /sin6?_port=htons\((\d+)\)/.exec(line)?.[1]
  const address = /inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"/.exec(line)
  return port === undefined ? [] : [`${address?.[1] ?? address?.[2] ?? ''}:${port}`]
}

describe.skipIf(!hasStrace)('the network', () => {
  it('hears nothing of a batch but at the authority that the settings name, and the door stands on loopback alone', async () => {
    const { called, bound, local } = await addressesOfBatch()
    expect([...new Set(called)]).toEqual([authority.host])
    // Port 0: any that is free, as the test asked for it.
    expect([...new Set(bound)]).toEqual(['127.0.0.1:0'])
    expect(authority.requests).toEqual(expect.arrayContaining(['/tsa', '/ocsp']))
    // What is asked of this PC itself: names of users, a smart-card service, the session's bus.
    expect(local.filter((place) => !/nscd|pcscd|bus|systemd/.test(place))).toEqual([])
  })
})
