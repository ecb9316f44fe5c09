import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { BatchParts, splitBatch } from '../../../shared/protocol/batch-parts.ts'
import { limits } from '../../../shared/protocol/limits.ts'
import { MessageToAgent } from '../../../shared/protocol/messages.ts'
import { SignToExtension, type BatchView } from '../../../shared/protocol/sign.ts'

const longest = 'ữ'.repeat(limits.nameCharacters)

function makeBatch(count: number, text = longest): BatchView {
  const documents = Array.from({ length: count }, () => ({
    documentId: randomUUID(),
    name: text,
    state: 'received' as const,
    sha256: 'a'.repeat(64),
    facts: { pages: 3, number: text, subject: text, title: text, signatures: [{ holder: text, valid: true }], warnings: [] },
  }))
  return { batchId: randomUUID(), pageOrigin: 'https://qlvb.example.vn', profile: 'approve', state: 'offered', documents }
}

function bytesOf(message: object): number {
  return Buffer.byteLength(JSON.stringify({ ...message, sequence: 0xffff_ffff }))
}

describe('a batch in parts', () => {
  it('is one message where it fits', () => {
    const batch = makeBatch(3, 'một')
    expect(splitBatch(batch, limits.frameBytes)).toEqual([{ kind: 'sign', step: 'batch', batchId: batch.batchId, batch }])
  })

  it('fits into frames with a thousand documents of the longest labels, and comes out whole', () => {
    const batch = makeBatch(limits.documentsPerBatch)
    const messages = splitBatch(batch, limits.frameBytes)
    expect(messages.length).toBeGreaterThan(4)
    for (const message of messages) {
      expect(bytesOf(message)).toBeLessThanOrEqual(limits.frameBytes)
      expect(v.is(SignToExtension, { ...message, sequence: 1 })).toBe(true)
    }
    const parts = new BatchParts()
    const taken = messages.map((message) => parts.take(message))
    expect(taken.slice(0, -1).every((batchSoFar) => batchSoFar === undefined)).toBe(true)
    expect(taken.at(-1)).toEqual(batch)
  })

  it('begins anew where the agent begins anew', () => {
    const parts = new BatchParts()
    const [first] = splitBatch(makeBatch(limits.documentsPerBatch), limits.frameBytes)
    if (!first) throw new Error('no part')
    expect(parts.take(first)).toBeUndefined()
    const batch = makeBatch(2, 'hai')
    const [whole] = splitBatch({ ...batch, batchId: first.batchId }, limits.frameBytes)
    expect(whole && parts.take(whole)?.documents).toEqual(batch.documents)
  })

  it('is nothing where its beginning was not heard', () => {
    const [, more] = splitBatch(makeBatch(limits.documentsPerBatch), limits.frameBytes)
    expect(more && new BatchParts().take(more)).toBeUndefined()
  })

  it('an empty batch is a message too', () => {
    const batch = makeBatch(0)
    expect(splitBatch(batch, limits.frameBytes).map((message) => new BatchParts().take(message))).toEqual([batch])
  })
})

it('a thousand documents with the longest names are opened in one frame', () => {
  const documents = Array.from({ length: limits.documentsPerBatch }, () => ({ documentId: randomUUID(), name: longest }))
  const open = {
    ...{ kind: 'sign', step: 'open', sequence: 0xffff_ffff, batchId: randomUUID(), pageOrigin: `https://${'a'.repeat(290)}` },
    ...{ profile: 'approve', certificateSha256: 'a'.repeat(64), documents },
  }
  expect(v.is(MessageToAgent, open)).toBe(true)
  expect(bytesOf(open)).toBeLessThanOrEqual(limits.frameBytes)
})
