import { useState } from 'preact/hooks'
import type { FoundView, SignChoice, View } from '../../shared/messages/view.ts'
import { proposedCertificate } from './certificate-choice.tsx'
import { proposedAct } from './proposed-act.ts'

type Act = SignChoice['profile']

export interface ChosenAct {
  act: Act
  chooseAct: (act: Act) => void
  /** Undefined where this PC has none that fits. */
  certificate: View['certificates'][number] | undefined
  chooseCertificate: (sha256: string) => void
}

/** Purpose and certificate that hold in the popup: what the clerk has chosen there, else what the documents wait for. `keys` are the chosen ones. */
export function useAct(view: View, found: FoundView | undefined, keys: readonly string[]): ChosenAct {
  const [sha256, chooseCertificate] = useState<string>()
  const [given, chooseAct] = useState<Act>()
  const certificate = view.certificates.find((each) => each.sha256 === sha256)
  const act = given ?? proposedAct({ certificates: view.certificates, documents: documentsAsked(found, keys), certificate })
  return { act, chooseAct, certificate: certificate ?? proposedCertificate(view, found?.site, act), chooseCertificate }
}

/** The chosen ones; before that, all. */
function documentsAsked(found: FoundView | undefined, keys: readonly string[]): FoundView['documents'] {
  const all = found?.documents ?? []
  return keys.length === 0 ? all : all.filter(({ key }) => keys.includes(key))
}
