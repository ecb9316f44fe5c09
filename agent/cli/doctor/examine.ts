import { readSettings, SettingsError, type LayeredSettings, type SettingsPlaces } from '../../settings/read-settings.ts'
import { defaults, type Settings } from '../../settings/settings.ts'
import { examineAgent, examinePinWindow } from './examine-agent.ts'
import { examineDrivers } from './examine-drivers.ts'
import { examineNativeHost } from './examine-native-host.ts'
import { examinePcSc } from './examine-pc-sc.ts'
import { examineSettings } from './examine-settings.ts'
import { examineStore } from './examine-store.ts'
import { examineTokens } from './examine-tokens.ts'
import { finding, type Finding, type Patient } from './finding.ts'

/** Looks at everything that signing needs on this PC. Asks for no PIN and signs nothing. */
export async function examine(places: SettingsPlaces, environment: NodeJS.ProcessEnv = process.env): Promise<{ findings: Finding[]; language: Settings['language'] }> {
  const { settings, findings: settingsFindings } = settingsOf(places)
  const patient: Patient = { home: places.home, settings, environment, language: settings.language }
  const { findings: driverFindings, drivers } = await examineDrivers(patient)
  const { findings: tokenFindings, canSign } = await examineTokens(patient, drivers)
  const findings = [
    ...(await examineAgent(patient)),
    ...examineNativeHost(),
    ...examinePinWindow(patient),
    ...settingsFindings,
    ...driverFindings,
    ...tokenFindings,
    ...(await examinePcSc(patient, drivers.flatMap(({ slots }) => slots), canSign)),
    ...(await examineStore(patient)),
  ]
  return { findings, language: settings.language }
}

function settingsOf(places: SettingsPlaces): { settings: Settings; findings: Finding[] } {
  let layered: LayeredSettings
  try {
    layered = readSettings(places)
  } catch (cause) {
    if (!(cause instanceof SettingsError)) throw cause
    return { settings: { ...defaults, ...places.command } as Settings, findings: [finding('settings', 'bad', 'settings-unreadable', { reason: cause.message })] }
  }
  return { settings: layered.settings, findings: examineSettings(layered) }
}
