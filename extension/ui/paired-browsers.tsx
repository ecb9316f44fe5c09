import type { PairedBrowserView } from '../../shared/protocol/pairings.ts'
import { dayText, hourText } from './format.ts'
import { useLanguage, useSay } from './say.ts'
import type { UiEvents } from './ui-events.ts'

/** The browsers that the agent knows, this one first; each can be taken off the list. */
export function PairedBrowsers({ pairings, on }: { pairings: readonly PairedBrowserView[]; on: UiEvents }) {
  const say = useSay()
  const ownFirst = [...pairings].sort((one, other) => Number(other.isOwn) - Number(one.isOwn))
  return (
    <>
      <h3>{say.pairedBrowsers}</h3>
      <ul class="plain-list">
        {ownFirst.map((pairing) => (
          <PairedBrowser key={pairing.pairingId} pairing={pairing} on={on} />
        ))}
      </ul>
    </>
  )
}

function PairedBrowser({ pairing: { pairingId, name, createdAt, lastSeenAt, isOwn }, on }: { pairing: PairedBrowserView; on: UiEvents }) {
  const say = useSay()
  const language = useLanguage()
  const time = (text: string): string => `${hourText(text, language)} ${dayText(text, language)}`
  return (
    <li class="bar">
      <span class="site-words">
        <strong>{isOwn ? say.thisBrowser(name) : name}</strong>
        <span class="soft small">{lastSeenAt === undefined ? say.pairedAt(time(createdAt)) : say.pairedAndSeenAt(time(createdAt), time(lastSeenAt))}</span>
      </span>
      <button type="button" class="button low push" aria-label={say.unpairOf(name)} onClick={() => on.send(isOwn ? { kind: 'unpair' } : { kind: 'revoke-pairing', pairingId })}>
        {say.unpair}
      </button>
    </li>
  )
}
