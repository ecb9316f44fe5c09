import type { Site, WayBackTemplate } from '../../../shared/messages/site.ts'
import type { TaughtAnswer, TeachDraft, TeachFromPage, Teaching } from '../../../shared/messages/teach.ts'
import { refusal } from '../../../shared/errors.ts'
import { errorText } from '../../../shared/text/errors.ts'
import { teachText, type TeachText } from '../../../shared/text/teach.ts'
import { findDocuments } from '../find-documents.ts'
import type { Page } from '../find-by-site.ts'
import { draftSite, withWayBack } from './derive-site.ts'
import { deriveWayBack, fileInputOf } from './derive-way-back.ts'
import { Overlay, type CardContent } from './overlay.ts'
import { Picker } from './picker.ts'
import { proposeFiles, proposeRows, proposeWaysBack, wordsOf } from './proposals.ts'
import { rowGroupOf, type RowGroup } from './similar-rows.ts'

type Say = (message: TeachFromPage) => Promise<unknown>

/** Lets the clerk show once what a row, its file and the way back are, and makes a descriptor of it. Resolves when the overlay is gone. */
export function teachPage(page: Page, teaching: Teaching, send: Say): Promise<void> {
  return new Promise((resolve) => {
    new Lesson(page, teaching, send, resolve).begin()
  })
}

type Step = 'row' | 'file' | 'check' | 'back' | 'going' | 'done'

class Lesson {
  private readonly page: Page
  private readonly send: Say
  private readonly text: TeachText
  private readonly language: Teaching['language']
  private readonly overlay: Overlay
  private readonly picker: Picker
  private readonly ended: () => void
  private step: Step = 'row'
  private group: RowGroup | undefined
  private draft: TeachDraft | undefined
  private proposals: Element[] = []
  private proposed = -1

  constructor(page: Page, { language, draft }: Teaching, send: Say, ended: () => void) {
    this.page = page
    this.send = send
    this.language = language
    this.text = teachText(language)
    this.draft = draft
    this.ended = ended
    this.overlay = new Overlay(page.document, language)
    this.picker = new Picker(this.overlay, {
      over: (target) => this.over(target),
      pick: (target) => void this.pick(target),
      move: (by) => this.move(by),
      take: () => void this.takeProposal(),
      escape: () => this.end(),
    })
  }

  begin(): void {
    if (this.draft === undefined) this.askRow()
    else this.askBack()
  }

  private askRow(problem?: string): void {
    this.group = undefined
    this.draft = undefined
    this.proposals = proposeRows(this.page.document).map(({ row }) => row)
    this.ask('row', { heading: this.text.row, lines: [this.text.rowHint], step: this.text.step(1), keys: this.text.keys, buttons: [this.cancel()] }, problem)
  }

  private askFile(problem?: string): void {
    const { group } = this
    this.proposals = group === undefined ? [] : proposeFiles(group)
    this.ask('file', { heading: this.text.file, lines: [this.text.fileHint], step: this.text.step(2), keys: this.text.keys, buttons: [this.againButton(), this.cancel()] }, problem)
    this.overlay.mark(group?.row, group?.rows ?? [])
  }

  /** Shows what is found by what was learnt so far, by the same finder that will use it. */
  private async check(): Promise<void> {
    const { site } = this.draft ?? {}
    if (site === undefined) return this.askRow(this.text.noFile)
    const { found } = await findDocuments([site], this.page)
    const { documents } = found
    if (documents.length === 0 || found.siteId !== site.id || found.health !== undefined) return this.askRow(this.text.noneFound)
    this.step = 'check'
    this.picker.picking = false
    const { number, date, subject, noValue, firstRows } = this.text
    this.show({
      heading: this.text.found(documents.length),
      lines: [],
      table: {
        caption: firstRows,
        headings: [number, date, subject],
        rows: documents.slice(0, 5).map((document) => [document.number, document.date, document.title ?? document.name]),
        none: noValue,
      },
      buttons: [{ words: this.text.right, main: true, act: () => this.askBack() }, this.againButton(), this.cancel()],
    })
  }

  private askBack(problem?: string): void {
    this.proposals = proposeWaysBack(this.page.document)
    const folder = { words: this.text.toFolder, act: () => void this.finish({ by: 'download' }, {}) }
    const elsewhere = { words: this.text.elsewhere, act: () => void this.goElsewhere() }
    this.ask('back', { heading: this.text.back, lines: [this.text.backHint], step: this.text.step(3), keys: this.text.keys, buttons: [elsewhere, folder, this.cancel()] }, problem)
  }

  /** The clerk uses the page as ever; the overlay comes back on the next page by the background's word, or here by the button. */
  private async goElsewhere(): Promise<void> {
    if (this.draft === undefined) return this.askRow()
    this.step = 'going'
    this.picker.picking = false
    await this.send({ kind: 'keep-draft', draft: this.draft })
    this.overlay.mark(undefined)
    this.show({ heading: this.text.goThere, lines: [], buttons: [{ words: this.text.here, main: true, act: () => this.askBack() }, this.cancel()] })
  }

  private async pick(target: Element): Promise<void> {
    const { location, document } = this.page
    if (this.step === 'row') {
      this.group = rowGroupOf(target)
      return this.group === undefined ? this.askRow(this.text.noRow) : this.askFile()
    }
    if (this.step === 'file' && this.group !== undefined) {
      const group = this.group.row.contains(target) ? this.group : (rowGroupOf(target) ?? this.group)
      const draft = draftSite(group, target, document, location)
      if (draft === undefined) return this.askFile(this.text.noFile)
      this.group = group
      this.draft = draft
      return this.check()
    }
    if (this.step === 'back' && this.draft !== undefined) {
      const found = deriveWayBack(target, this.draft.clues, this.group?.row, location)
      if ('reason' in found) return this.askBack(found.reason === 'no-name' ? this.text.noName : this.text.otherPage)
      await this.finish(found.way, found.reads)
    }
  }

  private async finish(way: WayBackTemplate, reads: Partial<Site['views'][number]['reads']>): Promise<void> {
    if (this.draft === undefined) return this.askRow()
    const site = withWayBack(this.draft, way, reads)
    const answer = (await this.send({ kind: 'taught', site })) as TaughtAnswer | undefined
    const refused = answer === undefined ? refusal('unexpected') : answer.refusal
    if (refused !== undefined) return this.askBack(errorText(refused, this.language))
    this.step = 'done'
    this.picker.picking = false
    this.overlay.mark(undefined)
    const back = way.by === 'download' ? this.text.backFolder : way.by === 'form' || way.by === 'api' ? this.text.backForm : this.text.backPage
    this.show({ heading: this.text.done, lines: [back, this.text.doneText], buttons: [{ words: this.text.close, main: true, act: () => this.end() }] })
  }

  private over(target: Element): void {
    if (this.step === 'row') {
      const group = rowGroupOf(target)
      this.overlay.mark(group?.row, group?.rows ?? [])
    } else if (this.step === 'file') this.overlay.mark(target, this.group?.rows ?? [])
    else if (this.step === 'back') this.overlay.mark(fileInputOf(target) ?? target)
  }

  private move(by: 1 | -1): void {
    const { length } = this.proposals
    if (length === 0) return
    this.proposed = (this.proposed + by + length) % length
    const element = this.proposals[this.proposed]
    if (element === undefined) return
    element.scrollIntoView({ block: 'nearest' })
    if (this.step === 'row') this.over(element)
    else this.overlay.mark(element, this.step === 'file' ? (this.group?.rows ?? []) : [])
    this.overlay.say(this.text.candidate(this.proposed + 1, length, wordsOf(element)))
    this.overlay.focus()
  }

  private async takeProposal(): Promise<void> {
    const element = this.proposals[this.proposed]
    if (element === undefined) return this.move(1)
    await this.pick(element)
  }

  private ask(step: Step, content: Omit<CardContent, 'title'>, problem: string | undefined): void {
    this.step = step
    this.proposed = -1
    this.picker.picking = true
    this.overlay.mark(undefined)
    this.show({ ...content, ...(problem === undefined ? {} : { problem }) })
  }

  private show(content: Omit<CardContent, 'title'>): void {
    this.overlay.show({ title: this.text.title, ...content })
  }

  private againButton(): CardContent['buttons'][number] {
    return { words: this.text.again, act: () => this.askRow() }
  }

  private cancel(): CardContent['buttons'][number] {
    return { words: this.text.cancel, act: () => this.end() }
  }

  private end(): void {
    this.picker.end()
    this.overlay.remove()
    void this.send({ kind: 'teach-ended' }).catch(() => undefined)
    this.ended()
  }
}
