import type { Browser } from 'webextension-polyfill'
import type { View } from '../../shared/messages/view.ts'
import type { Profile } from '../../shared/protocol/sign.ts'
import { readManaged } from './sites.ts'

/** What the clerk chose on this profile. */
export class Settings {
  language: 'vi' | 'en' = 'vi'
  /** The certificate that was last used, by site and by what it was for. */
  lastCertificate: View['lastCertificate'] = {}

  /** The PIN is asked for as soon as the documents are there, where nothing in them wants an eye first. */
  pinAtOnce = false
  /** By managed storage. */
  fixed: View['fixed'] = {}

  private readonly browser: Browser

  constructor(browser: Browser) {
    this.browser = browser
  }

  async load(): Promise<void> {
    const [own, managed] = await Promise.all([this.browser.storage.local.get(['language', 'lastCertificate', 'pinAtOnce']), readManaged(this.browser)])
    const { language, lastCertificate, pinAtOnce } = own as Partial<Settings>
    const fixedLanguage = managed.language === 'vi' || managed.language === 'en' ? managed.language : undefined
    this.language = fixedLanguage ?? (language === 'en' ? 'en' : 'vi')
    this.fixed = { ...(fixedLanguage === undefined ? {} : { language: true }), ...(typeof managed.agentPort === 'number' ? { agentPort: managed.agentPort } : {}) }
    this.lastCertificate = lastCertificate ?? {}
    this.pinAtOnce = pinAtOnce === true
  }

  /** Does nothing where the office has set it. */
  async setLanguage(language: 'vi' | 'en'): Promise<void> {
    if (this.fixed.language === true) return
    this.language = language
    await this.browser.storage.local.set({ language })
  }

  async setPinAtOnce(pinAtOnce: boolean): Promise<void> {
    this.pinAtOnce = pinAtOnce
    await this.browser.storage.local.set({ pinAtOnce })
  }

  async noteCertificate(site: string, profile: Profile, certificateSha256: string): Promise<void> {
    this.lastCertificate = { ...this.lastCertificate, [site]: { ...this.lastCertificate[site], [profile]: certificateSha256 } }
    await this.browser.storage.local.set({ lastCertificate: this.lastCertificate })
  }
}
