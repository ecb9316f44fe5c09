import type { CertificateView } from '../../shared/protocol/list-certificates.ts'
import { agentWindowTexts } from '../../shared/text/agent-windows.ts'
import type { Language } from '../../shared/text/errors.ts'
import type { PinPrompt } from '../token/key-source.ts'
import { shownName, shownSite } from './shown-name.ts'
import { isFromDisk } from './site.ts'

/** Names that the window spells out; the others are counted. */
const namesShown = 5
/** So that five long names cannot push the other lines out of a small window. */
const nameCharacters = 60

export interface Consent {
  pageOrigin: string
  /** Names of exactly the documents that the PIN will sign, in the order of the list. */
  names: readonly string[]
  /** How many documents the batch had when it was opened. */
  total: number
  certificate: CertificateView
  /** Which of the two keys of a batch this window is for; absent where there is one. */
  ofTwo?: 'own' | 'seal' | undefined
  shortCode: string
}

/** What the PIN window says. Every line comes from what the agent itself holds. */
export function pinPrompt({ pageOrigin, names, total, certificate, ofTwo, shortCode }: Consent, language: Language): PinPrompt {
  const say = agentWindowTexts[language]
  const more = names.length - namesShown
  const lines = [
    isFromDisk(pageOrigin) ? say.filesOfPc : say.site(shownSite(pageOrigin)),
    names.length === total ? say.count(names.length) : say.remaining(names.length, total),
    ...names.slice(0, namesShown).map((name, index) => `${index + 1}. ${shownName(name, nameCharacters)}`),
    ...(more > 0 ? [say.more(more)] : []),
    ...(ofTwo === undefined ? [] : [{ own: say.ownKeyOfTwo, seal: say.sealKeyOfTwo }[ofTwo]]),
    say.certificate(shownName(certificate.holder), certificate.organisation === '' ? '' : shownName(certificate.organisation)),
    say.shortCode(shortCode),
  ]
  return {
    title: say.pinTitle,
    description: lines.join('\n'),
    prompt: say.pinPrompt,
    ok: say.ok,
    cancel: say.cancel,
    lockWarning: { description: say.lockWarning(shownName(certificate.token)), ok: say.lockWarningOk },
    oneTryLeft: say.oneTryLeft,
  }
}
