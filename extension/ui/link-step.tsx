import { errors, type Refusal } from '../../shared/errors.ts'
import type { LinkView, PairingAwaits } from '../../shared/messages/view.ts'
import { errorText } from '../../shared/text/errors.ts'
import { Icon, type IconName } from './icon.tsx'
import { useLanguage, useSay } from './say.ts'
import type { UiEvents } from './ui-events.ts'

interface LinkStepProps {
  link: LinkView
  on: UiEvents
}

/** What the clerk sees and does next while the agent cannot be asked to sign. Nothing once the link is ready. */
export function LinkStep({ link, on }: LinkStepProps) {
  switch (link.state) {
    case 'ready':
      return null
    case 'connecting':
      return <Connecting />
    case 'unpaired':
      return <Unpaired on={on} />
    case 'pairing':
      return <Pairing digits={link.digits} awaits={link.awaits} on={on} />
    case 'down':
      return <Down refusal={link.refusal} on={on} />
  }
}

function Connecting() {
  const say = useSay()
  return (
    <div class="step" role="status">
      <div class="step-words">
        <h2 class="bar">
          <Icon name="turning" />
          {say.connectingTitle}
        </h2>
        <p class="soft">{say.connectingText}</p>
      </div>
    </div>
  )
}

function Unpaired({ on }: { on: UiEvents }) {
  const say = useSay()
  return (
    <div class="step">
      <div class="step-words">
        <h2>{say.unpairedTitle}</h2>
        <p class="soft">{say.unpairedText}</p>
      </div>
      <button type="button" class="button main" onClick={() => on.send({ kind: 'pair' })}>
        {say.pair}
      </button>
    </div>
  )
}

function Pairing({ digits, awaits, on }: { digits: string; awaits: PairingAwaits; on: UiEvents }) {
  const say = useSay()
  const words = { both: say.pairingText, window: say.pairingAwaitsWindow, here: say.pairingAwaitsAgreement } satisfies Record<PairingAwaits, string>
  return (
    <div class="step">
      <div class="step-words" role="status">
        <h2>{say.pairingTitle}</h2>
        <p class="soft">{words[awaits]}</p>
      </div>
      <p class="digits" role="status">
        <span class="hidden-but-said">{say.pairingDigits(Array.from(digits).join(' '))}</span>
        <span aria-hidden="true">{digits.slice(0, 3)}</span>
        <span aria-hidden="true">{digits.slice(3)}</span>
      </p>
      {awaits !== 'window' && (
        <button type="button" class="button main" onClick={() => on.send({ kind: 'digits-agree' })}>
          {say.digitsAgree}
        </button>
      )}
      <button type="button" class="button" onClick={() => on.send({ kind: 'cancel-pairing' })}>
        {awaits === 'window' ? say.cancel : say.digitsDiffer}
      </button>
    </div>
  )
}

/** The agent is there, and pairing is what comes next. */
export function asksForPairing({ code }: Refusal): boolean {
  return code === 'agent-not-paired' || code === 'pairing-refused' || code === 'pairing-expired'
}

function Down({ refusal, on }: { refusal: Refusal; on: UiEvents }) {
  const say = useSay()
  const language = useLanguage()
  return (
    <div class="step">
      <div class="step-words" role="status">
        <h2>{say.downTitle}</h2>
        <p class="soft">{errorText(refusal, language)}</p>
      </div>
      {!asksForPairing(refusal) && errors[refusal.code].next !== 'never' && (
        <button type="button" class="button main" onClick={() => on.send({ kind: 'refresh' })}>
          {say.tryAgain}
        </button>
      )}
      {(asksForPairing(refusal) || refusal.code === 'pairing-unknown') && (
        <button type="button" class={asksForPairing(refusal) ? 'button main' : 'button'} onClick={() => on.send({ kind: 'pair' })}>
          {say.pair}
        </button>
      )}
    </div>
  )
}

const linkIcons = { ready: 'link', connecting: 'turning', unpaired: 'unlinked', pairing: 'turning', down: 'care' } as const satisfies Record<LinkView['state'], IconName>
const linkTones = { ready: 'good', connecting: 'busy', unpaired: 'care', pairing: 'busy', down: 'care' } as const satisfies Record<LinkView['state'], string>

/** The state of the link in two words. */
export function LinkState({ link }: { link: LinkView }) {
  const say = useSay()
  const words = {
    ready: say.linkReady,
    connecting: say.linkConnecting,
    unpaired: say.linkUnpaired,
    pairing: say.linkPairing,
    down: say.linkDown,
  } satisfies Record<LinkView['state'], string>
  return (
    <span class={`state ${linkTones[link.state]}`}>
      <Icon name={linkIcons[link.state]} size={14} />
      {words[link.state]}
    </span>
  )
}
