import { refuse } from '../../shared/errors.ts'
import type { Limits } from '../../shared/protocol/limits.ts'
import { extensionIds } from '../../shared/protocol/extension-ids.ts'
import { agentWindowTexts, type AgentWindowTexts } from '../../shared/text/agent-windows.ts'
import { shownName } from '../session/shown-name.ts'
import type { Settings } from '../settings/settings.ts'
import { findPinentry } from '../window/find-pinentry.ts'
import { confirm } from '../window/pinentry.ts'
import type { ConfirmPairing } from './pair.ts'

/** The pairing window: the browser's name, its extension and the six digits, drawn by the same program that asks for the PIN. */
export function confirmPairing({ pinentry, language }: Pick<Settings, 'pinentry' | 'language'>, { pairingMs }: Limits): ConfirmPairing {
  const say = agentWindowTexts[language]
  return async ({ digits, browser, origin }, signal) => {
    const program = findPinentry({ setting: pinentry })
    const texts = { title: say.pairingTitle, description: say.pairing(shownName(browser, browserCharacters), extensionOf(origin, say), digits), ok: say.pairingOk, cancel: say.pairingCancel }
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

/** What a browser calls itself is its own choice; a few words are enough. */
const browserCharacters = 40

/** Who asks, by the `Origin` header that the browser sets. */
function extensionOf(origin: string, say: AgentWindowTexts): string {
  const { protocol, host } = new URL(origin)
  if (protocol === 'moz-extension:') return say.firefoxProfile(host)
  return extensionIds.some((id) => id === host) ? say.ownExtension(host) : say.addedExtension(host)
}
