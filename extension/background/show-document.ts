import type { Runtime } from 'webextension-polyfill'
import { refusalOf, refuse } from '../../shared/errors.ts'
import { partsOf, PortTalk } from '../../shared/messages/port-talk.ts'
import type { Link } from '../link/link.ts'
import { lookAtDocument } from '../link/look-at-document.ts'
import type { Batches } from './batches.ts'

/** Answers one port `look`: the agent's own copy of the document that the window names, in pieces. Ends when the window hangs up. */
export async function showDocument(port: Runtime.Port, { link, batches }: { link: Link; batches: Batches }): Promise<void> {
  const talk = new PortTalk(port, '')
  const away = new AbortController()
  port.onDisconnect.addListener(() => away.abort())
  try {
    const asked = await talk.hear()
    if (asked.kind !== 'look') return refuse('message-malformed', { kind: asked.kind })
    const { batchId, documentId } = asked
    await link.connect()
    const digests = (): (string | undefined)[] => {
      const document = batches.get(batchId)?.documents.find((candidate) => candidate.documentId === documentId)
      return document === undefined ? [] : [document.sha256, document.signedSha256]
    }
    const file = await lookAtDocument(link.ready, { batchId, documentId, digests, signal: away.signal })
    await talk.sendBytes(partsOf(file.stream()))
  } catch (error) {
    if (!away.signal.aborted) talk.say({ kind: 'failed', refusal: refusalOf(error) })
  }
}
