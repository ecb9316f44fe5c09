import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { makeTicket, takeTicket } from '../../agent/native-host/tickets.ts'
import { AgentClient } from '../support/agent-client.ts'
import { rawExchange, upgradeRequest } from '../support/raw-http.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { makeDocuments, startTestAgent } from '../support/test-agent.ts'
import { knownOrigin, Wire } from '../support/wire.ts'

// The account that every Linux has for nobody in particular.
const stranger = { uid: 65_534, gid: 65_534 }
const antin = path.resolve(import.meta.dirname, '../../agent/cli/antin.ts')
const isRoot = process.getuid?.() === 0
if (!isRoot) console.log('SKIPPED: a second user is not played, because the tests do not run as root')

/** Everything that the door says to this user on a connection that opens with these bytes. */
function asStranger(port: number, bytes: string): { said: string; status: number | null } {
  const script = `exec 3<>/dev/tcp/127.0.0.1/${port} || exit 7; cat >&3; timeout 10 cat <&3`
  const { stdout, status } = spawnSync('/bin/bash', ['-c', script], { ...stranger, input: bytes, encoding: 'latin1', cwd: '/' })
  return { said: stdout, status }
}

describe.skipIf(!isRoot)('another user of the PC', () => {
  it('gets no answer, even with the right Host and Origin', async () => {
    const { port } = await startTestAgent()
    expect(asStranger(port, upgradeRequest([`Host: 127.0.0.1:${port}`, `Origin: ${knownOrigin}`]))).toMatchObject({ said: '' })
    await (await Wire.open(port)).close()
  })

  it('cannot take the places of connections away', async () => {
    const { port } = await startTestAgent({ limits: { headersMs: 60_000, requestMs: 60_000 } })
    const script = `for i in {1..100}; do exec {fd}<>/dev/tcp/127.0.0.1/${port}; done 2>/dev/null; echo held; read -r`
    const child = spawn('/bin/bash', ['-c', script], { ...stranger, cwd: '/', stdio: ['pipe', 'pipe', 'ignore'] })
    onTestFinished(() => void child.kill())
    await once(child.stdout, 'data')
    await expect.poll(async () => Wire.open(port).then((wire) => wire.close().then(() => 'in'), () => 'out')).toBe('in')
  })

  it('reads no file of this one, and sees not even their names', async () => {
    const agent = await startTestAgent()
    const client = await AgentClient.pairAndConnect(agent.port)
    await client.offer(makeDocuments(1), agent)
    const ticket = makeTicket(agent.home, { origin: knownOrigin, browserProgram: '/usr/lib/chromium/chromium' })
    const parent = path.dirname(agent.home)
    const before = statSync(parent).mode
    // The folders above are open, as a home folder may be.
    chmodSync(parent, before | 0o055)
    onTestFinished(() => chmodSync(parent, before))
    const files = ['pairings.json', 'journal.sqlite', 'door.json', path.join('spool', agent.spooled()[0] ?? ''), path.join('tickets', `${ticket.ticketId}.json`)]
    for (const file of files) {
      expect(statSync(path.join(agent.home, file)).isFile()).toBe(true)
      expect(spawnSync('/bin/cat', [path.join(agent.home, file)], { ...stranger, cwd: '/', encoding: 'utf8' })).toMatchObject({ stdout: '', status: 1 })
    }
    // Each folder by itself, should the one above ever stand open.
    const folders = ['', 'orders', 'spool', path.dirname(path.join('spool', agent.spooled()[0] ?? '')), 'tickets']
    for (const place of [...folders, ...files.filter((name) => !name.startsWith('journal'))]) expect([place, statSync(path.join(agent.home, place)).mode & 0o077]).toEqual([place, 0])
    expect(spawnSync('/bin/ls', [agent.home], { ...stranger, cwd: '/', encoding: 'utf8' }).stdout).toBe('')
    expect(spawnSync('/bin/bash', ['-c', `: > ${path.join(agent.home, 'orders', 'reopen-pairing')}`], { ...stranger, cwd: '/' }).status).not.toBe(0)
  })

  it('has an agent of its own, on a port of its own, which drops us in turn', async () => {
    const ours = await startTestAgent()
    const home = tempFolder()
    writeFileSync(path.join(home, 'settings.json'), JSON.stringify({ ports: [ours.port, 0], searchDrivers: false }))
    for (const place of [home, path.join(home, 'settings.json')]) chownSync(place, stranger.uid, stranger.gid)
    const child = spawn(process.execPath, [antin, 'run', '--json', '--home', home], { ...stranger, cwd: '/', stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env.PATH, HOME: home } })
    const ended = once(child, 'close')
    onTestFinished(async () => {
      child.kill()
      await ended
    })
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const { port } = JSON.parse(line) as { port: number }
    expect(port).not.toBe(ours.port)
    expect(await rawExchange(port, upgradeRequest([`Host: 127.0.0.1:${port}`, `Origin: ${knownOrigin}`]))).toBe('')
    // Its own user is let in there.
    expect(asStranger(port, upgradeRequest([`Host: 127.0.0.1:${port}`, `Origin: ${knownOrigin}`])).said).toMatch(/^HTTP\/1\.1 101 /)
  })

  it('cannot make a ticket for this one, should a folder ever stand open', async () => {
    const { home } = await startTestAgent()
    const ticket = makeTicket(home, { origin: knownOrigin, browserProgram: '/usr/lib/chromium/chromium' })
    chownSync(path.join(home, 'tickets', `${ticket.ticketId}.json`), stranger.uid, stranger.gid)
    expect(takeTicket(home, ticket.ticketId)).toBeUndefined()
  })
})
