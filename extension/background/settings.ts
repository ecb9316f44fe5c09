import type { Browser } from 'webextension-polyfill'
import type { View } from '../../shared/messages/view.ts'
import type { Profile } from '../../shared/protocol/sign.ts'

/** What the clerk chose on this profile. */
export class Settings {
  language: 'vi' | 'en' = 'vi'
  /** The certificate that was last used, by site and by what it was for. */
  lastCertificate: View['lastCertificate'] = {}

  /** The PIN is asked for as soon as the documents are there, where nothing in them wants an eye first. */
  pinAtOnce = false

  private readonly browser: Browser

  constructor(browser: Browser) {
    this.browser = browser
  }

  async load(): Promise<void> {
    const { language, lastCertificate, pinAtOnce } = (await this.browser.storage.local.get(['language', 'lastCertificate', 'pinAtOnce'])) as Partial<Settings>
    if (language === 'en') this.language = language
    this.lastCertificate = lastCertificate ?? {}
    this.pinAtOnce = pinAtOnce === true
  }

  async setLanguage(language: 'vi' | 'en'): Promise<void> {
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
