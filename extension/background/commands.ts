// Long, and it should be: every command of the windows, one after the other.
import type { Browser } from 'webextension-polyfill'
import { errors, refuse } from '../../shared/errors.ts'
import type { Command, CommandAnswer, SignChoice } from '../../shared/messages/view.ts'
import type { BatchView } from '../../shared/protocol/sign.ts'
import type { Connection, Outgoing } from '../link/connection.ts'
import { askReceipt } from '../link/ask-receipt.ts'
import { fetchSigned } from '../link/fetch-signed.ts'
import { documentsOfFiles } from './files-of-pc.ts'
import { Images } from '../link/images.ts'
import type { Link } from '../link/link.ts'
import type { Batches } from './batches.ts'
import type { BatchCursor, CursorDocument } from './cursor.ts'
import { digestOfList } from './digest-of-list.ts'
import { findInTab, type FoundTab } from './find-in-tab.ts'
import { notBatched } from './mark-batched.ts'
import { probeFound } from './probe-documents.ts'
import type { SiteBook } from './site-book.ts'
import { chosenAgain, chosenDocuments } from './sign-choice.ts'
import { receiptFile, receiptName } from './receipt-file.ts'
import type { Settings } from './settings.ts'
import type { Sites } from './sites.ts'
import type { TeachTab } from './teach-tab.ts'

export interface CommandParts {
  browser: Browser
  /** The extension's own. */
  origin: string
  link: Link
  batches: Batches
  sites: Sites
  book: SiteBook
  teaching: TeachTab
  settings: Settings
  /** What each tab showed when it was read last. */
  found: Map<number, FoundTab>
  save: (name: string, signed: Blob) => Promise<void>
  /** Language or sites are others now. */
  settingsChanged: () => void
  /** Something that windows show has changed while a command was still under way. */
  changed: () => void
}

/** Files of the PC come from no tab. */
const noTab = -1

type Outcome = Omit<CommandAnswer, 'about' | 'refusal'>
type Source = Pick<BatchCursor, 'tabId' | 'pageOrigin' | 'siteName' | keyof SignChoice>

/** Carries out what the clerk asks for. Throws the refusal where it cannot be done. */
export class Commands {
  private readonly parts: CommandParts
  private readonly images: Images

  constructor(parts: CommandParts) {
    this.parts = parts
    this.images = new Images(() => this.connection())
  }

  async carryOut(command: Command): Promise<Outcome> {
    switch (command.kind) {
      case 'find':
        // The tab may show another page by now: until that is read there is nothing to choose from.
        this.parts.found.delete(command.tabId)
        await this.find(command.tabId)
        void this.probe(command.tabId)
        return {}
      case 'find-further':
        await this.findFurther(command.tabId)
        return {}
      case 'teach':
        await this.parts.teaching.begin(command.tabId)
        return {}
      case 'import-descriptor':
        await this.parts.book.import(command.text)
        await this.findAgain()
        return {}
      case 'remove-descriptor':
        await this.parts.book.remove(command.id)
        await this.findAgain()
        return {}
      case 'pair':
        await this.parts.link.pair()
        return {}
      case 'digits-agree':
        this.parts.link.agreeDigits()
        return {}
      case 'cancel-pairing':
        this.parts.link.cancelPairing()
        return {}
      case 'refresh':
        await this.refresh()
        return {}
      case 'role':
        await this.answerRole(command)
        return {}
      case 'sign':
        return this.sign(command)
      case 'approve':
        await this.approve(command)
        return { batchId: command.batchId }
      case 'place':
        await this.place(command)
        return { batchId: command.batchId }
      case 'import-image':
        await this.images.import(command)
        return {}
      case 'remove-image':
        await this.images.remove(command)
        return {}
      case 'show-image':
        return { picture: await this.images.show(command) }
      case 'cancel':
        await this.ask({ kind: 'cancel', batchId: command.batchId })
        return { batchId: command.batchId }
      case 'pause':
      case 'go-on':
      case 'go-unstamped':
        await this.ask({ kind: 'sign', step: command.kind, batchId: command.batchId })
        return { batchId: command.batchId }
      case 'skip':
      case 'insist':
        await this.ask({ kind: 'sign', step: command.kind, batchId: command.batchId, documentId: command.documentId })
        return { batchId: command.batchId }
      case 'sign-files':
        return this.signFiles(command)
      case 'retry':
        return this.retry(command)
      case 'save':
        await this.save(command)
        return { batchId: command.batchId }
      case 'seen':
        await this.connection()
        await this.parts.batches.confirmSeen(command.batchId, command.documentId)
        return { batchId: command.batchId }
      case 'read-back':
        await this.connection()
        await this.parts.batches.confirmByReading(command.batchId, command.documentId)
        return { batchId: command.batchId }
      case 'receipt':
        await this.saveReceipt(command.batchId)
        return { batchId: command.batchId }
      case 'dismiss':
        await this.parts.batches.forget(command.batchId)
        return {}
      case 'set-language':
        await this.parts.settings.setLanguage(command.language)
        this.parts.settingsChanged()
        return {}
      case 'set-pin-at-once':
        await this.parts.settings.setPinAtOnce(command.pinAtOnce)
        return {}
      case 'site-added':
        await this.parts.sites.add(command.origin)
        await this.sitesChanged()
        return {}
      case 'unpair':
        await this.parts.link.unpair()
        return {}
      case 'revoke-pairing':
        ;(await this.connection()).send({ kind: 'pairings', step: 'revoke', pairingId: command.pairingId })
        return {}
      case 'remove-site':
        await this.parts.sites.remove(command.origin)
        await this.sitesChanged()
        return {}
    }
  }

  async find(tabId: number, further = false): Promise<FoundTab> {
    const found = await findInTab(this.parts, tabId, further)
    this.parts.found.set(tabId, found)
    return found
  }

  /** Descriptors are others now: what is looked at is read again. */
  async findAgain(): Promise<void> {
    const { found } = this.parts
    await Promise.all([...found.values()].filter(({ listed }) => listed).map(({ tabId }) => this.find(tabId).catch(() => found.delete(tabId))))
  }

  private async findFurther(tabId: number): Promise<void> {
    const { found, changed } = this.parts
    const before = found.get(tabId)
    if (before !== undefined) found.set(tabId, { ...before, reading: true })
    changed()
    await this.find(tabId, true)
  }

  /** Links that only may be documents are asked for their heads, now that the clerk looks at them. */
  private async probe(tabId: number): Promise<void> {
    const { found, changed } = this.parts
    const before = found.get(tabId)
    if (before === undefined) return
    const probed = await probeFound(before)
    // The tab may have been read again meanwhile.
    if (probed === before || found.get(tabId) !== before) return
    found.set(tabId, probed)
    changed()
  }

  /** Sites were added or taken away: tabs that are looked at are read again, or no more. */
  async sitesChanged(): Promise<void> {
    const { found, sites } = this.parts
    const changed = [...found.values()].filter(({ site, listed }) => sites.isListed(site) !== listed)
    // A tab that was closed meanwhile is no longer looked at.
    await Promise.all(changed.map(({ tabId }) => this.find(tabId).catch(() => found.delete(tabId))))
    this.parts.settingsChanged()
  }

  /** Opens a batch and shows the window in which the clerk reviews it. */
  async open(source: Source, documents: CursorDocument[]): Promise<Outcome> {
    return this.openOver(await this.connection(), source, documents)
  }

  private async openOver(connection: Connection, source: Source, documents: CursorDocument[]): Promise<Outcome> {
    const { batches, settings, browser } = this.parts
    const batchId = crypto.randomUUID()
    await batches.begin({ ...source, batchId, startedAt: new Date().toISOString(), documents }, connection)
    await settings.noteChoice(source.pageOrigin, source)
    await browser.windows.create({ url: browser.runtime.getURL(`/sign.html?batch=${batchId}`), type: 'popup', width: 1080, height: 800 })
    return { batchId }
  }

  /** The connection, or the refusal that says why there is none. */
  private async connection(): Promise<Connection> {
    await this.parts.link.connect()
    return this.parts.link.ready
  }

  private async refresh(): Promise<void> {
    await this.parts.link.connect()
    if (this.parts.link.view.state !== 'ready') return
    this.parts.link.ready.send({ kind: 'list-certificates' })
    this.parts.link.ready.send({ kind: 'status' })
  }

  private async answerRole({ certificateSha256, role }: Extract<Command, { kind: 'role' }>): Promise<void> {
    const connection = await this.connection()
    connection.send({ kind: 'role', certificateSha256, role })
  }

  private async signFiles({ files, kind: _, ...choice }: Extract<Command, { kind: 'sign-files' }>): Promise<Outcome> {
    return this.open({ tabId: noTab, pageOrigin: this.parts.origin, siteName: '', ...choice }, documentsOfFiles(files))
  }

  private async sign({ tabId, keys, kind: _, ...choice }: Extract<Command, { kind: 'sign' }>): Promise<Outcome> {
    const found = this.parts.found.get(tabId) ?? (await this.find(tabId))
    if (!found.listed) refuse('site-not-listed', { site: found.site })
    return this.open(sourceOf(found, choice), chosenDocuments(found, keys))
  }

  /** The consent names exactly the list that the windows show, reckoned here and not taken from the agent's word. */
  private async approve({ batchId, sendOn = false, insist = false }: { batchId: string; sendOn?: boolean | undefined; insist?: boolean }): Promise<void> {
    const connection = await this.connection()
    const batch = this.batch(batchId)
    const digestListSha256 = await digestOfList(batch)
    if (digestListSha256 !== batch.digestListSha256) refuse('document-changed')
    const more = { ...(sendOn ? { sendOn } : {}), ...(insist ? { insist } : {}) }
    await this.parts.batches.told(batchId, () => connection.send({ kind: 'sign', step: 'approve', batchId, digestListSha256, ...more }))
  }

  private async place({ batchId, moves }: Extract<Command, { kind: 'place' }>): Promise<void> {
    await this.ask({ kind: 'sign', step: 'place', batchId, moves })
  }

  /** Asks the agent for something that it answers by telling the batch. */
  private async ask(message: Extract<Outgoing, { batchId: string }>): Promise<void> {
    const connection = await this.connection()
    await this.parts.batches.told(message.batchId, () => connection.send(message))
  }

  /** A stopped batch is approved again; what waits for the login is fetched; signed files are delivered again; what was refused on the way goes into a new batch. */
  private async retry({ batchId, documentIds, insist = false }: Extract<Command, { kind: 'retry' }>): Promise<Outcome> {
    const connection = await this.connection()
    const batch = this.batch(batchId)
    if (documentIds === undefined && batch.state === 'stopped') {
      await this.approve({ batchId, sendOn: batch.sendOn, insist })
      return { batchId }
    }
    this.parts.batches.fetchAgain(batchId)
    const wanted = new Set(documentIds ?? batch.documents.map(({ documentId }) => documentId))
    const failed = batch.documents.filter(({ documentId, refusal }) => wanted.has(documentId) && refusal !== undefined)
    const kept = failed.filter(({ state }) => state === 'checked' || state === 'returned')
    this.parts.batches.deliverAgain(batchId, kept.map(({ documentId }) => documentId))
    this.parts.batches.sendOnAgain(batchId, failed.filter(isUnsent).map(({ documentId }) => documentId))
    const lost = failed.filter(({ state, refusal }) => state === 'refused' && refusal !== undefined && errors[refusal.code].next !== 'never')
    const cursor = this.parts.batches.cursorOf(batchId)
    if (lost.length === 0 || cursor === undefined) return { batchId }
    const again = notBatched(chosenAgain(cursor, new Set(lost.map(({ documentId }) => documentId))), cursor, this.parts.batches.known())
    // The clerk clicks a second time: they are in the batch that the first click has opened.
    return again.length === 0 ? { batchId } : this.openOver(connection, cursor, again)
  }

  private async save({ batchId, documentId }: Extract<Command, { kind: 'save' }>): Promise<void> {
    const connection = await this.connection()
    const document = this.batch(batchId).documents.find((candidate) => candidate.documentId === documentId)
    const { name, signedBytes, signedSha256 } = document ?? refuse('batch-unknown')
    if (signedBytes === undefined || signedSha256 === undefined) return refuse('batch-unknown')
    await this.parts.save(name, await fetchSigned(connection, { batchId, documentId, signedBytes, signedSha256 }))
  }

  private async saveReceipt(batchId: string): Promise<void> {
    const { settings, save } = this.parts
    const receipt = await askReceipt(await this.connection(), batchId)
    await save(receiptName(receipt, settings.language), receiptFile(receipt, settings.language))
  }

  private batch(batchId: string): BatchView {
    return this.parts.batches.get(batchId) ?? refuse('batch-unknown')
  }
}

/** Signed and back, but not sent on, or nobody knows. */
function isUnsent({ state }: BatchView['documents'][number]): boolean {
  return state === 'delivered' || state === 'sending'
}

export function sourceOf({ tabId, site, siteName }: FoundTab, choice: SignChoice): Source {
  return { tabId, pageOrigin: site, siteName, ...choice }
}
