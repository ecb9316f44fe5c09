import { readFileSync, statSync } from 'node:fs'
import { createServer, Server } from 'node:net'
import path from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { closeCodes } from '../../../shared/protocol/close-codes.ts'
import { Door, PortsTakenError } from '../../../agent/server/door.ts'
import { PairingDesk } from '../../../agent/server/pair.ts'
import { limits } from '../../../shared/protocol/limits.ts'
import { helloOn, pairOn, pairWithAgent } from '../../support/pairing-client.ts'
import { isKind, Wire } from '../../support/wire.ts'
import { openTestDoor } from './open-test-door.ts'

describe('pairing and hello', () => {
  it('shows the same six digits on both sides and stores the pairing for the next start', async () => {
    const shown: string[] = []
    const { port, home, pairings } = await openTestDoor({
      confirm: ({ digits, browser }) => {
        shown.push(`${browser} ${digits}`)
        return Promise.resolve(true)
      },
    })
    const paired = await pairWithAgent(port, { name: 'Chromium của tôi', onDigits: (digits) => shown.push(`popup ${digits}`) })

    expect(shown).toHaveLength(2)
    expect(shown.map((text) => text.slice(-6))[0]).toMatch(/^\d{6}$/)
    expect(new Set(shown.map((text) => text.slice(-6))).size).toBe(1)
    expect(pairings.list()).toMatchObject([{ pairingId: paired.pairingId, name: 'Chromium của tôi', origin: paired.origin }])
    const file = path.join(home, 'pairings.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).toContain(paired.key.toString('base64'))
  })

  it('lets the paired extension in, on the same connection or a later one', async () => {
    const { port, received } = await openTestDoor()
    const first = await Wire.open(port)
    const paired = await pairOn(first)
    await helloOn(first, port, paired)
    await first.close()

    const second = await Wire.open(port)
    const { agentVersion } = await helloOn(second, port, paired)
    expect(agentVersion).toMatch(/^\d+\.\d+\.\d+/)
    second.say({ kind: 'status', sequence: 1 })
    expect(await second.hear(isKind('status'))).toMatchObject({ sequence: 1 })
    expect(received).toEqual([{ kind: 'status', sequence: 1 }])
  })

  it('binds the profile origin of Firefox at pairing, and lets no other such origin in', async () => {
    const { port } = await openTestDoor()
    const origin = 'moz-extension://2f0f54e1-5f8c-4bd5-8a4e-0d4a5f3f6a11'
    const paired = await pairWithAgent(port, { origin })
    const own = await Wire.open(port, { origin })
    await expect(helloOn(own, port, paired)).resolves.toBeDefined()

    const otherOrigin = 'moz-extension://00000000-5f8c-4bd5-8a4e-0d4a5f3f6a11'
    const other = await Wire.open(port, { origin: otherOrigin })
    await expect(helloOn(other, port, { ...paired, origin: otherOrigin })).rejects.toThrow('agent-not-paired')
    expect(await other.closed).toBe(closeCodes.unproven)
  })

  it('gives the pairing to the newest connection and closes the older one', async () => {
    const { port } = await openTestDoor()
    const paired = await pairWithAgent(port)
    const older = await Wire.open(port)
    await helloOn(older, port, paired)
    const newer = await Wire.open(port)
    await helloOn(newer, port, paired)
    expect(await older.closed).toBe(closeCodes.replaced)
    newer.say({ kind: 'status', sequence: 1 })
    await newer.hear(isKind('status'))
  })

  it('ends the connection of a pairing that is revoked, and refuses the next', async () => {
    const { port, door, pairings } = await openTestDoor()
    const paired = await pairWithAgent(port)
    const wire = await Wire.open(port)
    await helloOn(wire, port, paired)
    expect(pairings.revoke(paired.pairingId)).toBe(true)
    door.disconnect(paired.pairingId)
    expect(await wire.closed).toBe(closeCodes.revoked)
    await expect(helloOn(await Wire.open(port), port, paired)).rejects.toThrow('agent-not-paired')
  })
})

describe('after the proof', () => {
  it('numbers what the agent says, chunks included', async () => {
    const { port, links } = await openTestDoor()
    const paired = await pairWithAgent(port)
    const wire = await Wire.open(port)
    await helloOn(wire, port, paired)
    wire.say({ kind: 'status', sequence: 7 })
    await wire.hear(isKind('status'))
    const documentId = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff'
    await links[0]?.sendChunk({ documentId, offset: 0, bytes: Buffer.from('%PDF-') })
    links[0]?.tell({ kind: 'tick' })
    expect((await wire.hear(isKind('chunk'))).chunk).toMatchObject({ sequence: 2, documentId, offset: 0 })
    expect(await wire.hear(isKind('tick'))).toEqual({ kind: 'tick', sequence: 3 })
  })

  it('passes chunks on under the same rising sequence', async () => {
    const { port, chunks } = await openTestDoor()
    const paired = await pairWithAgent(port)
    const wire = await Wire.open(port)
    await helloOn(wire, port, paired)
    const documentId = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff'
    wire.sayChunk({ sequence: 1, documentId, offset: 0, bytes: new Uint8Array(10) })
    wire.sayChunk({ sequence: 2, documentId, offset: 10, bytes: new Uint8Array(20) })
    wire.say({ kind: 'status', sequence: 3 })
    await wire.hear(isKind('status'))
    expect(chunks).toEqual([10, 20])
    wire.sayChunk({ sequence: 3, documentId, offset: 30, bytes: new Uint8Array(20) })
    expect(await wire.closed).toBe(closeCodes.sequence)
    expect(chunks).toEqual([10, 20])
  })
})

describe('ports', () => {
  it('takes the first free port of the list and refuses when none is free', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void taken.close())
    const { port: takenPort } = taken.address() as { port: number }
    const { pairings, journal } = await openTestDoor()
    const parts = {
      limits,
      extensionIds: [],
      pairings,
      desk: new PairingDesk({ pairings, journal, limits, takeTicket: () => undefined, confirm: () => Promise.resolve(false) }),
      revoke: () => false,
      converse: () => ({ receive: () => undefined, receiveChunk: () => Promise.resolve(), close: () => undefined }),
      report: () => undefined,
    }
    const door = await Door.open({ ...parts, ports: [takenPort, 0] })
    expect(door.port).not.toBe(takenPort)
    await door.close()
    await expect(Door.open({ ...parts, ports: [takenPort] })).rejects.toThrow(PortsTakenError)
    // What Windows says of a port that is set aside.
    const listen = vi.spyOn(Server.prototype, 'listen').mockImplementationOnce(function (this: Server) {
      queueMicrotask(() => this.emit('error', Object.assign(new Error('listen EACCES'), { code: 'EACCES' })))
      return this
    })
    onTestFinished(() => listen.mockRestore())
    await (await Door.open({ ...parts, ports: [1, 0] })).close()
    expect(listen).toHaveBeenCalledTimes(2)
  })
})
