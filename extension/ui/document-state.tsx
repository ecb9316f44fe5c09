import { needsInsisting, waitsForStamp } from '../../shared/protocol/document-states.ts'
import type { BatchOnScreen } from '../../shared/messages/view.ts'
import { isKept, isUnsent } from './count-batch.ts'
import { Icon, type IconName } from './icon.tsx'
import { useSay } from './say.ts'

type Document = BatchOnScreen['documents'][number]
type Shown = Document['state'] | 'kept' | 'unsent' | 'waiting' | 'unconfirmed' | 'extended' | 'seen' | 'unlisted'

const icons = {
  offered: 'turning', received: 'check', approved: 'clock', prepared: 'clock', signed: 'turning', waiting: 'clock', stamped: 'turning', checked: 'pen',
  returned: 'clock', delivered: 'check', sending: 'turning', sent: 'check', unsent: 'care', refused: 'refused', kept: 'care',
  unconfirmed: 'question', extended: 'check', seen: 'check', unlisted: 'care',
} as const satisfies Record<Shown, IconName>
const tones = {
  offered: '', received: '', approved: '', prepared: '', signed: 'busy', waiting: 'busy', stamped: 'busy', checked: 'busy', returned: 'busy', delivered: 'good',
  sending: 'busy', sent: 'good', unsent: 'care', refused: 'bad', kept: 'care',
  unconfirmed: 'care', extended: 'good', seen: 'good', unlisted: 'care',
} as const satisfies Record<Shown, string>

/** Where a document stands, in the words of a clerk. */
export function DocumentStateWords({ document }: { document: Document }) {
  const say = useSay()
  const words = {
    offered: say.documentOffered,
    received: say.documentReceived,
    approved: say.documentApproved,
    prepared: say.documentPrepared,
    signed: say.documentSigned,
    waiting: say.documentAwaitsStamp,
    stamped: say.documentStamped,
    checked: say.documentChecked,
    returned: say.documentReturned,
    delivered: say.documentDelivered,
    sending: say.documentSending,
    sent: say.documentSent,
    unsent: say.documentUnsent,
    refused: say.documentRefused,
    kept: say.documentKept,
    unconfirmed: say.documentUnconfirmed,
    extended: say.documentExtended,
    seen: say.documentSeen,
    unlisted: say.documentUnlisted,
  } satisfies Record<Shown, string>
  const shown = shownState(document)
  return (
    <span class={`state ${tones[shown]}`}>
      <Icon name={icons[shown]} size={14} />
      {words[shown]}
    </span>
  )
}

function shownState(document: Document): Shown {
  if (isKept(document)) return document.refusal?.code === 'delivery-unconfirmed' ? 'unconfirmed' : 'kept'
  if (needsInsisting(document)) return 'unlisted'
  if (isUnsent(document)) return 'unsent'
  if (document.state === 'signed' && waitsForStamp(document)) return 'waiting'
  if (document.state !== 'delivered') return document.state
  if (document.confirmedBy === 'extended') return 'extended'
  return document.confirmedBy === 'clerk' ? 'seen' : 'delivered'
}
