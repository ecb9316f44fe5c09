import { refuse } from '../../shared/errors.ts'
import type { Limits } from '../../shared/protocol/limits.ts'
import { agentWindowTexts } from '../../shared/text/agent-windows.ts'
import { shownName } from '../session/shown-name.ts'
import type { Settings } from '../settings/settings.ts'
import { findPinentry } from '../window/find-pinentry.ts'
import { confirm } from '../window/pinentry.ts'
import type { ConfirmPairing } from './pair.ts'

/** The pairing window: the browser's name and the six digits, drawn by the same program that asks for the PIN. */
export function confirmPairing({ pinentry, language }: Pick<Settings, 'pinentry' | 'language'>, { pairingMs }: Limits): ConfirmPairing {
  const say = agentWindowTexts[language]
  return async ({ digits, browser }, signal) => {
    const program = findPinentry({ setting: pinentry })
    const texts = { title: say.pairingTitle, description: say.pairing(shownName(browser), digits), ok: say.pairingOk, cancel: say.pairingCancel }
    const answer = await confirm(texts, { pinentry: program, deadlineMs: pairingMs, signal })
    switch (answer.outcome) {
      case 'confirmed':
        return true
      case 'refused':
        return false
      case 'expired':
        return refuse('pairing-expired')
      case 'unavailable':
        return refuse('pin-window-missing', undefined, new Error(answer.reason))
    }
  }
}
