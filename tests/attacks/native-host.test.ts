import { randomBytes, randomUUID } from 'node:crypto'
import { chmodSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { answerNative } from '../../agent/native-host/answer.ts'
import { encodeFrame } from '../../agent/native-host/frames.ts'
import { browserAmong, type Ancestor } from '../../agent/native-host/parent.ts'
import { makeTicket, takeTicket } from '../../agent/native-host/tickets.ts'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import { ticketProofText, type PairingTranscript } from '../../shared/protocol/pair.ts'
import { helloOn, pairWithAgent } from '../support/pairing-client.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { journalOf, startTestAgent } from '../support/test-agent.ts'
import { mac, pairByTicket } from '../support/ticket-client.ts'
import { knownOrigin, Wire } from '../support/wire.ts'

const chromium: Ancestor = { program: '/usr/lib/chromium/chromium', isGuarded: true }
const by = { origin: knownOrigin, browserProgram: chromium.program }

async function attempt(port: number, ticket: { ticketId: string; secret: string }, play: Parameters<typeof pairByTicket>[2] = {}) {
  const wire = await Wire.open(port, { origin: play.origin ?? knownOrigin })
  const paired = await pairByTicket(wire, ticket, play).catch(() => undefined)
  if (paired) await wire.close()
  return { paired, code: paired ? 0 : await wire.closed }
}

describe('a ticket', () => {
  it('pairs without a window, once, and the journal says how', async () => {
    let windows = 0
    const agent = await startTestAgent({ confirm: () => Promise.resolve(++windows > 0) })
    const ticket = makeTicket(agent.home, by)
    const { paired } = await attempt(agent.port, ticket)
    if (!paired) throw new Error('not paired')
    const wire = await Wire.open(agent.port)
    await expect(helloOn(wire, agent.port, paired)).resolves.toBeDefined()
    expect(await attempt(agent.port, ticket)).toEqual({ paired: undefined, code: closeCodes.unproven })
    expect([windows, agent.pairings.list().length]).toEqual([0, 1])
    await agent.close()
    expect(journalOf(agent.home).find(({ what }) => what === 'paired')?.facts).toMatchObject({ by: 'native-host', browserProgram: chromium.program })
  })

  it.each([
    ['that was never made', () => ({ ticketId: randomUUID(), secret: randomBytes(32).toString('hex') })],
    ['of another extension', (home: string) => makeTicket(home, { ...by, origin: `chrome-extension://${'b'.repeat(32)}` })],
    ['of a Firefox, from Chromium', (home: string) => makeTicket(home, { browserProgram: '/usr/lib/firefox/firefox' })],
    ['a minute old', (home: string) => aged(home, -61_000)],
    ['from the future', (home: string) => aged(home, 60_000)],
    ['that others can write', (home: string) => changed(home, (file) => chmodSync(file, 0o666))],
    ['that is a link', (home: string) => {
      const ticket = makeTicket(home, by)
      const file = path.join(home, 'tickets', `${ticket.ticketId}.json`)
      const ticketId = randomUUID()
      symlinkSync(file, path.join(home, 'tickets', `${ticketId}.json`))
      return { ...ticket, ticketId }
    }],
    ['that is no ticket', (home: string) => changed(home, (file) => writeFileSync(file, '{"secret":1}'))],
  ])('%s pairs nobody', async (_, make) => {
    const agent = await startTestAgent()
    expect(await attempt(agent.port, make(agent.home))).toEqual({ paired: undefined, code: closeCodes.unproven })
    expect(agent.pairings.list()).toEqual([])
  })

  it.each([
    ['the agent’s own proof sent back', (_right: string, agentProof: string) => agentProof],
    ['zeros', () => '0'.repeat(64)],
    ['a proof over another key', (_: string, __: string, transcript: PairingTranscript, ticket: { ticketId: string; secret: string }) => mac(ticket.secret, ticketProofText('extension', ticket.ticketId, { ...transcript, agentKey: transcript.extensionKey }))],
    ['a proof for another ticket', (_: string, __: string, transcript: PairingTranscript, ticket: { ticketId: string; secret: string }) => mac(ticket.secret, ticketProofText('extension', randomUUID(), transcript))],
    ['a proof with another secret', (_: string, __: string, transcript: PairingTranscript, ticket: { ticketId: string; secret: string }) => mac(randomBytes(32).toString('hex'), ticketProofText('extension', ticket.ticketId, transcript))],
  ])('%s is no proof, and the ticket is spent', async (_, forge) => {
    const agent = await startTestAgent()
    const ticket = makeTicket(agent.home, by)
    const play = { forge: (right: string, agentProof: string, transcript: PairingTranscript) => forge(right, agentProof, transcript, ticket) }
    expect(await attempt(agent.port, ticket, play)).toEqual({ paired: undefined, code: closeCodes.unproven })
    expect(await attempt(agent.port, ticket)).toEqual({ paired: undefined, code: closeCodes.unproven })
    expect(agent.pairings.list()).toEqual([])
  })

  it('does not undo a revocation: the clerk compares digits first', async () => {
    const agent = await startTestAgent()
    const { paired } = await attempt(agent.port, makeTicket(agent.home, by))
    agent.revoke(paired?.pairingId ?? '')
    expect((await attempt(agent.port, makeTicket(agent.home, by))).code).toBe(closeCodes.unproven)
    await pairWithAgent(agent.port)
    expect((await attempt(agent.port, makeTicket(agent.home, by))).paired).toBeDefined()
  })

  it('pairs also where windows of digits are closed, so that nobody can lock the clerk out', async () => {
    const agent = await startTestAgent({ limits: { pairingRefusals: 1 }, confirm: () => Promise.resolve(false) })
    await expect(pairWithAgent(agent.port)).rejects.toThrow('pairing-refused')
    await expect(pairWithAgent(agent.port)).rejects.toThrow('pairing-closed')
    expect((await attempt(agent.port, makeTicket(agent.home, by))).paired).toBeDefined()
  })

  it('is taken out of the folder by the first who names it, and an agent that starts clears the folder', async () => {
    const home = tempFolder()
    const ticket = makeTicket(home, by)
    expect(takeTicket(home, ticket.ticketId)).toMatchObject(by)
    expect(takeTicket(home, ticket.ticketId)).toBeUndefined()
    const left = makeTicket(home, by)
    await startTestAgent({ home })
    expect(takeTicket(home, left.ticketId)).toBeUndefined()
  })
})

describe('the host', () => {
  async function ask(bytes: Buffer, { ancestors = [chromium], words = [`${knownOrigin}/`], home = tempFolder() }: { ancestors?: Ancestor[]; words?: string[]; home?: string } = {}) {
    const [input, output] = [new PassThrough(), new PassThrough()]
    input.end(bytes)
    await answerNative({ home, input, output, ancestors, extensionOrigins: [knownOrigin], words })
    const said = output.read() as Buffer
    return { message: JSON.parse(said.subarray(4).toString('utf8')) as object, length: said.readUInt32LE(), bytes: said.length, home }
  }
  const question = { kind: 'native', step: 'ask', version: 1, wants: 'ticket' }

  it('tells port and ticket to the extension, and its log who asked', async () => {
    const agent = await startTestAgent()
    const { message, length, bytes } = await ask(encodeFrame(question), { home: agent.home })
    expect(message).toMatchObject({ kind: 'native', step: 'agent', version: 1, port: agent.port, ticket: { secret: expect.stringMatching(/^[0-9a-f]{64}$/) as string } })
    expect(bytes).toBe(4 + length)
    const log = readFileSync(path.join(agent.home, 'native-host.jsonl'), 'utf8')
    expect(JSON.parse(log)).toMatchObject({ parent: chromium.program, asked: 'ticket', answered: 'agent' })
    expect(log).not.toContain((message as { ticket: { secret: string } }).ticket.secret)
  })

  it('makes no ticket where only the port is asked for', async () => {
    const agent = await startTestAgent()
    const { message } = await ask(encodeFrame({ ...question, wants: 'port' }), { home: agent.home })
    expect(message).toEqual({ kind: 'native', step: 'agent', version: 1, port: agent.port })
  })

  it.each([
    ['a shell', [{ program: '/usr/bin/bash', isGuarded: true }]],
    ['a browser of the user’s own making', [{ program: '/home/a/chromium', isGuarded: false }]],
    ['a shell below a browser', [{ program: '/usr/bin/bash', isGuarded: true }, chromium]],
    ['nobody that the system knows', []],
  ])('started by %s it tells nothing', async (_, ancestors) => {
    const agent = await startTestAgent()
    const { message } = await ask(encodeFrame(question), { ancestors, home: agent.home })
    expect(message).toEqual({ kind: 'native', step: 'refused', refusal: { code: 'agent-not-paired', facts: {} } })
    expect(readdirSync(agent.home)).not.toContain('tickets')
  })

  it.each([
    ['another extension', [`chrome-extension://${'a'.repeat(32)}/`]],
    ['another extension of Firefox', ['/usr/lib/mozilla/native-messaging-hosts/vn.antin.agent.json', 'evil@example.org']],
    ['a page', ['https://evil.example/']],
    ['no words at all', []],
  ])('for %s it does nothing', async (_, words) => {
    const agent = await startTestAgent()
    expect((await ask(encodeFrame(question), { words, home: agent.home })).message).toMatchObject({ step: 'refused' })
  })

  it.each([
    ['a length of 4 GiB', Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ['a length of nothing', Buffer.alloc(4)],
    ['a message over 1 MiB', encodeFrame('x'.repeat(1024 * 1024))],
    ['half a message', encodeFrame(question).subarray(0, 20)],
    ['two messages', Buffer.concat([encodeFrame(question), encodeFrame(question)])],
    ['bytes that are no UTF-8', Buffer.concat([Buffer.from([2, 0, 0, 0]), Buffer.from([0xc3, 0x28])])],
    ['no JSON', Buffer.concat([Buffer.from([1, 0, 0, 0]), Buffer.from('{')])],
    ['a key too many', encodeFrame({ ...question, home: '/etc' })],
    ['another wish', encodeFrame({ ...question, wants: 'key' })],
    ['another kind', encodeFrame({ kind: 'sign' })],
  ])('%s is answered by a refusal', async (_, bytes) => {
    expect((await ask(bytes)).message).toEqual({ kind: 'native', step: 'refused', refusal: { code: 'message-malformed', facts: { kind: 'native' } } })
  })

  it('a length that no browser sends is refused before anything of that length is waited for', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()]
    input.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x7b]))
    await answerNative({ home: tempFolder(), input, output, ancestors: [chromium], extensionOrigins: [knownOrigin], words: [`${knownOrigin}/`] })
    expect(JSON.parse((output.read() as Buffer).subarray(4).toString('utf8'))).toMatchObject({ step: 'refused', refusal: { code: 'message-malformed' } })
  })

  it('tells both versions where they differ', async () => {
    const { message } = await ask(encodeFrame({ ...question, version: 2 }))
    expect(message).toEqual({ kind: 'native', step: 'refused', refusal: { code: 'version-mismatch', facts: { agent: '1', extension: '2' } } })
  })

  it('knows a browser behind the command interpreter of Windows, and nothing else behind it', () => {
    const cmd: Ancestor = { program: 'C:\\Windows\\System32\\cmd.exe', isGuarded: true }
    const edge: Ancestor = { program: 'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe', isGuarded: true }
    expect(browserAmong([cmd, edge])).toBe(edge.program)
    expect(browserAmong([edge])).toBe(edge.program)
    expect(browserAmong([cmd, { program: 'C:\\Windows\\explorer.exe', isGuarded: true }])).toBeUndefined()
    expect(browserAmong([cmd, { ...edge, isGuarded: false }])).toBeUndefined()
  })
})

function changed(home: string, change: (file: string) => void) {
  const ticket = makeTicket(home, by)
  change(path.join(home, 'tickets', `${ticket.ticketId}.json`))
  return ticket
}

function aged(home: string, byMs: number) {
  return changed(home, (file) => {
    const stored = JSON.parse(readFileSync(file, 'utf8')) as { madeAt: number }
    writeFileSync(file, JSON.stringify({ ...stored, madeAt: stored.madeAt + byMs }))
  })
}
