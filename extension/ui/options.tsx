import type { Command, CommandAnswer, SiteView, View } from '../../shared/messages/view.ts'
import { CertificateWords } from './certificate-choice.tsx'
import { DescriptorsPart } from './descriptors-part.tsx'
import { Icon, Mark } from './icon.tsx'
import { ImagesPart, isAboutImages } from './images-part.tsx'
import { LinkState, LinkStep } from './link-step.tsx'
import { PairedBrowsers } from './paired-browsers.tsx'
import { RefusalNotice } from './notice.tsx'
import type { Pictures } from './pictures.ts'
import { PinAtOnceChoice } from './pin-at-once.tsx'
import { useLanguage, useSay } from './say.ts'
import { SiteForm } from './site-form.tsx'
import { Problems, ReadingTokens, TokenStep } from './token-step.tsx'
import type { UiEvents } from './ui-events.ts'

export interface OptionsProps {
  view: View
  answer?: CommandAnswer | undefined
  /** The command that is not answered yet. */
  pending?: Command['kind'] | undefined
  pictures: Pictures
  /** Of the extension. */
  version: string
  on: UiEvents
}

export function Options({ view, answer, pending, pictures, version, on }: OptionsProps) {
  const say = useSay()
  return (
    <main class="settings">
      <header class="bar">
        <Mark name={say.product} size={26} />
      </header>
      <h1>{say.optionsTitle}</h1>
      {answer?.refusal && !isAboutImages(answer) && <RefusalNotice refusal={answer.refusal} urgent />}
      <LanguagePart isFixed={view.fixed.language === true} on={on} />
      <SigningPart view={view} on={on} />
      <AgentPart view={view} on={on} />
      {view.images && <ImagesPart view={{ ...view, images: view.images }} answer={answer} pending={pending} pictures={pictures} on={on} />}
      <SitesPart sites={view.sites} only={view.fixed.sites} on={on} />
      <DescriptorsPart descriptors={view.descriptors} on={on} />
      <section class="settings-part">
        <h2>{say.about}</h2>
        <div class="settings-content">
          <p>{say.aboutText}</p>
          <p class="soft small">{say.extensionVersion(version)}</p>
        </div>
      </section>
    </main>
  )
}

function LanguagePart({ isFixed, on }: { isFixed: boolean; on: UiEvents }) {
  const say = useSay()
  const language = useLanguage()
  const languages = [{ value: 'vi', words: say.vietnamese }, { value: 'en', words: say.english }] as const
  return (
    <section class="settings-part">
      <h2>{say.language}</h2>
      <div class="settings-content">
        <fieldset class="choices" disabled={isFixed}>
          <legend class="hidden-but-said">{say.language}</legend>
          {languages.map(({ value, words }) => (
            <label key={value} lang={value}>
              <input type="radio" name="language" value={value} checked={value === language} onChange={() => on.send({ kind: 'set-language', language: value })} />
              {words}
            </label>
          ))}
        </fieldset>
        {isFixed && <ByPolicy />}
      </div>
    </section>
  )
}

function SigningPart({ view, on }: { view: View; on: UiEvents }) {
  const say = useSay()
  return (
    <section class="settings-part">
      <h2>{say.signing}</h2>
      <div class="settings-content">
        <PinAtOnceChoice view={view} on={on} />
      </div>
    </section>
  )
}

function AgentPart({ view, on }: { view: View; on: UiEvents }) {
  const say = useSay()
  return (
    <section class="settings-part">
      <h2>{say.agent}</h2>
      <div class="settings-content">
        <LinkState link={view.link} />
        {view.fixed.agentPort !== undefined && (
          <p class="bar">
            {say.portByPolicy(view.fixed.agentPort)}
            <ByPolicy />
          </p>
        )}
        <LinkStep link={view.link} on={on} />
        {view.link.state === 'ready' && <ReadyAgent view={view} agentVersion={view.link.agentVersion} on={on} />}
      </div>
    </section>
  )
}

function ReadyAgent({ view, agentVersion, on }: { view: View; agentVersion: string; on: UiEvents }) {
  const say = useSay()
  const isReading = view.readingTokens || !view.certificatesKnown
  return (
    <>
      <p>{say.paired}</p>
      <p class="soft small">{say.agentVersion(agentVersion)}</p>
      {view.pairings !== undefined && <PairedBrowsers pairings={view.pairings} on={on} />}
      {isReading && <ReadingTokens />}
      {view.certificates.length === 0 ? (
        !isReading && <TokenStep problems={view.problems} on={on} />
      ) : (
        <>
          <h3>{say.certificates}</h3>
          <ul class="plain-list">
            {view.certificates.map((certificate) => (
              <li key={certificate.sha256}>
                <CertificateWords certificate={certificate} />
                {certificate.refusal && <RefusalNotice refusal={certificate.refusal} />}
              </li>
            ))}
          </ul>
          <Problems problems={view.problems} />
        </>
      )}
    </>
  )
}

/** `only`: the sites that the office lets be listed; what it does not name no form could add. */
function SitesPart({ sites, only, on }: { sites: readonly SiteView[]; only: View['fixed']['sites']; on: UiEvents }) {
  const say = useSay()
  const missing = only?.filter((origin) => !sites.some((site) => site.origin === origin)) ?? []
  return (
    <section class="settings-part">
      <h2>{say.sites}</h2>
      <div class="settings-content">
        <p class="soft">{say.sitesText}</p>
        {sites.length === 0 && <p>{say.sitesEmpty}</p>}
        <ul class="plain-list">
          {sites.map((site) => (
            <Site key={site.origin} site={site} on={on} />
          ))}
          {missing.map((origin) => (
            <li key={origin} class="bar">
              <span class="site-words">
                <strong>{new URL(origin).host}</strong>
                <span class="soft small">{origin}</span>
              </span>
              <button type="button" class="button push" aria-label={say.allowSiteOf(origin)} onClick={() => on.allowSite(origin)}>
                {say.addSite}
              </button>
            </li>
          ))}
        </ul>
        {only === undefined ? <SiteForm on={on} /> : <p class="state"><Icon name="lock" size={14} />{say.sitesByOffice}</p>}
      </div>
    </section>
  )
}

function Site({ site, on }: { site: SiteView; on: UiEvents }) {
  const say = useSay()
  return (
    <li class="bar">
      <span class="site-words">
        <strong>{site.name}</strong>
        {site.name !== site.origin && <span class="soft small">{site.origin}</span>}
      </span>
      {site.byPolicy ? (
        <ByPolicy />
      ) : (
        <button type="button" class="button low push" aria-label={say.removeOf(site.name)} onClick={() => on.send({ kind: 'remove-site', origin: site.origin })}>
          {say.remove}
        </button>
      )}
    </li>
  )
}

/** Not the clerk's to change. */
function ByPolicy() {
  const say = useSay()
  return (
    <span class="state push">
      <Icon name="lock" size={14} />
      {say.byPolicy}
    </span>
  )
}
