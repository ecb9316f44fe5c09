import { onTestFinished } from 'vitest'
import type { MessageToSession } from '../../../shared/protocol/messages.ts'
import { limits } from '../../../shared/protocol/limits.ts'
import type { Limits } from '../../../shared/protocol/limits.ts'
import { Journal } from '../../../agent/journal/journal.ts'
import { Door } from '../../../agent/server/door.ts'
import { PairingDesk, type ConfirmPairing } from '../../../agent/server/pair.ts'
import { Pairings } from '../../../agent/server/pairings.ts'
import type { Link } from '../../../agent/session/link.ts'
import { tempFolder } from '../../support/temp-folder.ts'

/** A real door whose session only keeps what reached it. */
export async function openTestDoor(options: { limits?: Partial<Limits>; confirm?: ConfirmPairing; home?: string } = {}) {
  const home = options.home ?? tempFolder()
  const journal = new Journal(home)
  const pairings = new Pairings(home)
  const testLimits = { ...limits, ...options.limits }
  const received: MessageToSession[] = []
  const chunks: number[] = []
  const links: Link[] = []
  const reports: unknown[] = []
  const door = await Door.open({
    limits: testLimits,
    ports: [0],
    extensionIds: [],
    pairings,
    desk: new PairingDesk({ pairings, journal, limits: testLimits, takeTicket: () => undefined, confirm: options.confirm ?? (() => Promise.resolve(true)) }),
    revoke: (pairingId) => pairings.revoke(pairingId),
    converse: (_pairingId, link) => {
      links.push(link)
      return {
        receive: (message: MessageToSession) => {
          received.push(message)
          link.tell({ kind: 'status', agentVersion: 'test', batches: [], listedSites: [] })
        },
        receiveChunk: (chunk) => {
          chunks.push(chunk.bytes.length)
          return Promise.resolve()
        },
        close: () => undefined,
      }
    },
    report: (thrown) => reports.push(thrown),
  })
  onTestFinished(async () => {
    await door.close()
    journal.close()
  })
  return { door, port: door.port, home, pairings, journal, received, chunks, links, reports }
}
