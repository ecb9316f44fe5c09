import type { LayeredSettings } from '../../settings/read-settings.ts'
import { finding, type Finding } from './finding.ts'

/** Which layer says what; values themselves stay out, they are in the files. */
export function examineSettings({ saidBy }: Pick<LayeredSettings, 'saidBy'>): Finding[] {
  const layers = Object.entries(saidBy)
  const said = layers.filter(([, layer]) => layer !== 'default').map(([name, layer]) => `${name} (${layer})`)
  const fixed = layers.filter(([, layer]) => layer === 'policy').map(([name]) => name)
  return [
    said.length === 0 ? finding('settings', 'ok', 'settings-default') : finding('settings', 'ok', 'settings-read', { names: said.join(', ') }),
    ...(fixed.length === 0 ? [] : [finding('settings', 'ok', 'settings-fixed', { names: fixed.join(', ') })]),
  ]
}
