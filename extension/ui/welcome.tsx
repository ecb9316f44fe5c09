import type { ComponentChildren } from 'preact'
import type { CommandAnswer, View } from '../../shared/messages/view.ts'
import { CertificateWords } from './certificate-choice.tsx'
import { Icon, Mark } from './icon.tsx'
import { asksForPairing, LinkStep } from './link-step.tsx'
import { Notice, RefusalNotice } from './notice.tsx'
import { PinAtOnceChoice } from './pin-at-once.tsx'
import { useSay } from './say.ts'
import { SiteForm } from './site-form.tsx'
import { TestSignature } from './test-signature.tsx'
import { ReadingTokens, TokenStep } from './token-step.tsx'
import type { UiEvents } from './ui-events.ts'

export interface WelcomeProps {
  view: View
  answer?: CommandAnswer | undefined
  /** Milliseconds since 1970. */
  now: number
  on: UiEvents
}

/** The first run: four things that must be so, each with what to do until it is. */
export function Welcome({ view, answer, now: time, on }: WelcomeProps) {
  const say = useSay()
  const done = stepsDone(view)
  const count = done.filter(Boolean).length
  const now = done.indexOf(false)
  const titles = [say.stepAgent, say.stepPair, say.stepToken, say.stepSite]
  return (
    <main class="settings welcome">
      <header class="bar">
        <Mark name={say.product} size={26} />
      </header>
      <h1>{say.welcomeTitle}</h1>
      <p class="soft">{say.welcomeText}</p>
      {answer?.refusal && <RefusalNotice refusal={answer.refusal} urgent />}
      <p class="hidden-but-said" role="status">
        {say.stepsDone(count)}
      </p>
      <ol class="steps">
        {titles.map((title, index) => (
          <Step key={title} place={index + 1} title={title} state={done[index] ? 'done' : index === now ? 'now' : 'later'}>
            {index === now && <NextStep step={index} view={view} on={on} />}
            {done[index] && <StepResult step={index} view={view} />}
          </Step>
        ))}
      </ol>
      {now === -1 && (
        <Notice tone="good">
          <h2>{say.welcomeReadyTitle}</h2>
          <p>{say.welcomeReadyText}</p>
        </Notice>
      )}
      {now === -1 && (
        <div class="settings-content">
          <PinAtOnceChoice view={view} on={on} />
          <TestSignature view={view} now={time} on={on} />
        </div>
      )}
    </main>
  )
}

/** Agent, pairing, token, site: in the order in which they can be done. */
function stepsDone({ link, certificates, sites }: View): boolean[] {
  const ready = link.state === 'ready'
  const needsPairing = link.state === 'down' && asksForPairing(link.refusal)
  return [
    ready || link.state === 'unpaired' || link.state === 'pairing' || needsPairing,
    ready,
    ready && certificates.some(({ refusal }) => !refusal),
    sites.length > 0,
  ]
}

interface StepProps {
  place: number
  title: string
  state: 'done' | 'now' | 'later'
  children: ComponentChildren
}

function Step({ place, title, state, children }: StepProps) {
  const say = useSay()
  const words = { done: say.stepDone, now: say.stepNow, later: say.stepLater } satisfies Record<StepProps['state'], string>
  return (
    <li class={`welcome-step ${state}`} aria-current={state === 'now' ? 'step' : undefined}>
      <span class="step-place" aria-hidden="true">
        {state === 'done' ? <Icon name="check" /> : place}
      </span>
      <div class="step-content">
        <div class="bar">
          <h2>{title}</h2>
          <span class={`state push ${state === 'done' ? 'good' : ''}`}>{words[state]}</span>
        </div>
        {children}
      </div>
    </li>
  )
}

function NextStep({ step, view, on }: { step: number; view: View; on: UiEvents }) {
  if (step <= 1) return <LinkStep link={view.link} on={on} />
  if (step === 2 && (!view.certificatesKnown || view.readingTokens)) return <ReadingTokens />
  if (step === 2) return <TokenStep problems={[...view.problems, ...view.certificates.flatMap(({ refusal }) => refusal ?? [])]} on={on} />
  return <SiteForm isNext on={on} />
}

function StepResult({ step, view }: { step: number; view: View }) {
  const say = useSay()
  const certificate = view.certificates.find(({ refusal }) => !refusal)
  if (step === 0 && view.link.state === 'ready') return <p class="soft small">{say.agentVersion(view.link.agentVersion)}</p>
  if (step === 2 && certificate) return <CertificateWords certificate={certificate} />
  if (step === 3) return <p class="soft small">{view.sites.map(({ name }) => name).join(', ')}</p>
  return null
}
