import type { Browser } from 'webextension-polyfill'

/** What the clerk chose on this profile. */
export class Settings {
  language: 'vi' | 'en' = 'vi'
  /** The certificate that was last used, by site. */
  lastCertificate: Record<string, string> = {}

  private readonly browser: Browser

  constructor(browser: Browser) {
    this.browser = browser
  }

  async load(): Promise<void> {
    const { language, lastCertificate } = (await this.browser.storage.local.get(['language', 'lastCertificate'])) as Partial<Settings>
    if (language === 'en') this.language = language
    this.lastCertificate = lastCertificate ?? {}
  }

  async setLanguage(language: 'vi' | 'en'): Promise<void> {
    this.language = language
    await this.browser.storage.local.set({ language })
  }

  async noteCertificate(site: string, certificateSha256: string): Promise<void> {
    this.lastCertificate = { ...this.lastCertificate, [site]: certificateSha256 }
    await this.browser.storage.local.set({ lastCertificate: this.lastCertificate })
  }
}
