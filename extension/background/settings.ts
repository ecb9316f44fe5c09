import type { Browser } from 'webextension-polyfill'
import type { SignChoice, View } from '../../shared/messages/view.ts'
import { readManaged } from './sites.ts'

/** What the clerk chose on this profile. */
export class Settings {
  language: 'vi' | 'en' = 'vi'
  /** The certificate that was last used, by site and by what it was for. */
  lastCertificate: View['lastCertificate'] = {}
  lastDetails: NonNullable<View['lastDetails']> = {}

  /** The PIN is asked for as soon as the documents are there, where nothing in them wants an eye first. */
  pinAtOnce = false
  /** By managed storage. */
  fixed: View['fixed'] = {}

  private readonly browser: Browser

  constructor(browser: Browser) {
    this.browser = browser
  }

  async load(): Promise<void> {
    const [own, managed] = await Promise.all([this.browser.storage.local.get(['language', 'lastCertificate', 'lastDetails', 'pinAtOnce']), readManaged(this.browser)])
    const { language, lastCertificate, lastDetails, pinAtOnce } = own as Partial<Settings>
    const fixedLanguage = managed.language === 'vi' || managed.language === 'en' ? managed.language : undefined
    this.language = fixedLanguage ?? (language === 'en' ? 'en' : 'vi')
    this.fixed = { ...(fixedLanguage === undefined ? {} : { language: true }), ...(typeof managed.agentPort === 'number' ? { agentPort: managed.agentPort } : {}) }
    this.lastCertificate = lastCertificate ?? {}
    this.lastDetails = lastDetails ?? {}
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

  /** What was chosen on a site is proposed there the next time. */
  async noteChoice(site: string, { profile, certificateSha256, ownCertificateSha256, copyForm }: SignChoice): Promise<void> {
    this.lastCertificate = { ...this.lastCertificate, [site]: { ...this.lastCertificate[site], [profile]: certificateSha256 } }
    const { ownCertificateSha256: ownBefore, copyForm: formBefore } = this.lastDetails[site] ?? {}
    // To issue without an own key is a choice as well.
    const own = profile === 'issue' ? ownCertificateSha256 : ownBefore
    const form = copyForm ?? formBefore
    this.lastDetails = { ...this.lastDetails, [site]: { ...(own === undefined ? {} : { ownCertificateSha256: own }), ...(form === undefined ? {} : { copyForm: form }) } }
    const { lastCertificate, lastDetails } = this
    await this.browser.storage.local.set({ lastCertificate, lastDetails })
  }
}
