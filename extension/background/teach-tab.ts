import type { Browser } from 'webextension-polyfill'
import { refusalOf, refuse } from '../../shared/errors.ts'
import type { Site } from '../../shared/messages/site.ts'
import type { TaughtAnswer, TeachDraft, TeachFromPage, Teaching } from '../../shared/messages/teach.ts'
import type { SiteBook } from './site-book.ts'
import { originOf, type Sites } from './sites.ts'

const teachFile = 'content-scripts/teach.js'

export interface TeachParts {
  browser: Browser
  sites: Sites
  book: SiteBook
  language: () => 'vi' | 'en'
  /** A descriptor was learnt: what is looked at is read again. */
  learnt: () => Promise<void>
}

interface Lesson {
  origin: string
  draft?: TeachDraft
}

/** Lessons under way, by tab. The browser keeps them for its session: the worker may be ended while the clerk reads. */
export class TeachTab {
  private readonly parts: TeachParts

  constructor(parts: TeachParts) {
    this.parts = parts
  }

  /** Opens the overlay in a tab. Refuses with `site-not-listed` where the extension may not read. */
  async begin(tabId: number): Promise<void> {
    const origin = originOf((await this.parts.browser.tabs.get(tabId)).url) ?? ''
    if (!this.parts.sites.isListed(origin)) refuse('site-not-listed', { site: origin })
    await this.keep(tabId, { origin })
    await this.open(tabId, await this.frameOf(tabId))
    await this.parts.browser.tabs.update(tabId, { active: true })
  }

  /** A page of a tab has come up: where the clerk is on the way to the page that takes the file, the lesson goes on there. */
  async pageCameUp(tabId: number, frameId: number, origin: string): Promise<void> {
    if (frameId !== 0) return
    const lesson = await this.lesson(tabId)
    if (lesson === undefined) return
    if (lesson.draft === undefined || lesson.origin !== origin) await this.gone(tabId)
    else await this.open(tabId, 0)
  }

  gone(tabId: number): Promise<void> {
    return this.parts.browser.storage.session.remove(keyOf(tabId))
  }

  /** What the page's side of the lesson says. A page that nobody teaches is not answered. */
  async hear(message: TeachFromPage, tabId: number, origin: string): Promise<Teaching | TaughtAnswer | undefined> {
    const lesson = await this.lesson(tabId)
    if (lesson?.origin !== origin) return undefined
    switch (message.kind) {
      case 'teaching':
        return { language: this.parts.language(), ...(lesson.draft === undefined ? {} : { draft: lesson.draft }) }
      case 'keep-draft':
        await this.keep(tabId, { origin, draft: message.draft })
        return undefined
      case 'teach-ended':
        await this.gone(tabId)
        return undefined
      case 'taught':
        return this.learn(message.site, origin)
    }
  }

  private async learn(site: Site, origin: string): Promise<TaughtAnswer> {
    try {
      // A lesson speaks for the site that it was given at, and for no other.
      await this.parts.book.learn({ ...site, origins: [origin] })
      await this.parts.learnt()
      return {}
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal.code === 'unexpected') console.error(error)
      return { refusal }
    }
  }

  private async lesson(tabId: number): Promise<Lesson | undefined> {
    const key = keyOf(tabId)
    return (await this.parts.browser.storage.session.get(key))[key] as Lesson | undefined
  }

  private keep(tabId: number, lesson: Lesson): Promise<void> {
    return this.parts.browser.storage.session.set({ [keyOf(tabId)]: lesson })
  }

  private async open(tabId: number, frameId: number): Promise<void> {
    await this.parts.browser.scripting.executeScript({ target: { tabId, frameIds: [frameId] }, files: [teachFile] })
  }

  /** Some systems show their lists in a frame that fills the window. */
  private async frameOf(tabId: number): Promise<number> {
    const results = await this.parts.browser.scripting.executeScript({ target: { tabId, allFrames: true }, func: areaOfFrame })
    const top = results.find(({ frameId }) => frameId === 0)
    const filling = results.filter(({ frameId, result }) => frameId !== 0 && Number(result) >= Number(top?.result ?? 0) * 0.5)
    return filling.at(-1)?.frameId ?? 0
  }
}

function keyOf(tabId: number): string {
  return `lesson:${tabId}`
}

/** Runs in the frame. */
function areaOfFrame(): number {
  return innerWidth * innerHeight
}
