import type { View } from '../../shared/messages/view.ts'
import { useSay } from './say.ts'
import type { UiEvents } from './ui-events.ts'

/** Asked once for a certificate that does not tell whose it is; the agent remembers the answer. */
export function RoleQuestion({ certificate: { sha256 }, on }: { certificate: View['certificates'][number]; on: UiEvents }) {
  const say = useSay()
  const answer = (role: 'person' | 'agency') => () => on.send({ kind: 'role', certificateSha256: sha256, role })
  return (
    <div class="role-question" role="group" aria-label={say.roleQuestion}>
      <span class="soft">{say.roleQuestion}</span>
      <button type="button" class="button low" onClick={answer('person')}>
        {say.roleIsPerson}
      </button>
      <button type="button" class="button low" onClick={answer('agency')}>
        {say.roleIsAgency}
      </button>
    </div>
  )
}
