import { readFileSync } from 'node:fs'
import path from 'node:path'
import * as v from 'valibot'
import { defaults, SettingsLayer, type Settings } from './settings.ts'

/** From the strongest to the weakest: what the office fixed, what was asked for at the start, this PC, this user. */
export const layerNames = ['policy', 'command', 'machine', 'user', 'default'] as const
export type LayerName = (typeof layerNames)[number]

export interface LayeredSettings {
  settings: Settings
  /** Which layer gave each value (the strongest one that says something, where a group is said in parts). */
  saidBy: Record<keyof Settings, LayerName>
}

export interface SettingsPlaces {
  /** The user's own folder. */
  home: string
  /** The folder that only an administrator can write; the system's own unless a test names another. */
  machineFolder?: string | undefined
  /** What the command line asks for. */
  command?: SettingsLayer | undefined
}

/** A settings file that cannot be read must stop the agent: to go on without it could drop a rule of the office. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'

  constructor(file: string, reason: string, options?: ErrorOptions) {
    super(`the settings file ${file} cannot be used: ${reason}`, options)
  }
}

export function readSettings({ home, machineFolder = systemFolder(), command = {} }: SettingsPlaces): LayeredSettings {
  const layers: Record<Exclude<LayerName, 'default'>, SettingsLayer> = {
    policy: readLayer(path.join(machineFolder, 'policy.json')),
    command,
    machine: readLayer(path.join(machineFolder, 'settings.json')),
    user: readLayer(path.join(home, 'settings.json')),
  }
  return mergeLayers(layers)
}

function mergeLayers(layers: Record<Exclude<LayerName, 'default'>, SettingsLayer>): LayeredSettings {
  const weakestFirst = [layers.user, layers.machine, layers.command, layers.policy]
  const said = Object.assign({}, ...weakestFirst) as Partial<Settings>
  const settings: Settings = {
    ...defaults,
    ...said,
    appearance: Object.assign({}, defaults.appearance, ...weakestFirst.map((layer) => layer.appearance)) as Settings['appearance'],
    tokenRoles: Object.assign({}, ...weakestFirst.map((layer) => layer.tokenRoles)) as Settings['tokenRoles'],
    limits: Object.assign({}, ...weakestFirst.map((layer) => layer.limits)) as Settings['limits'],
    deadlines: Object.assign({}, defaults.deadlines, ...weakestFirst.map((layer) => layer.deadlines)) as Settings['deadlines'],
  }
  const names = Object.keys(SettingsLayer.entries) as (keyof Settings)[]
  const saidBy = Object.fromEntries(
    names.map((name) => [name, layerNames.find((layer) => layer !== 'default' && layers[layer][name] !== undefined) ?? 'default']),
  ) as LayeredSettings['saidBy']
  return { settings, saidBy }
}

function readLayer(file: string): SettingsLayer {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new SettingsError(file, 'it cannot be read', { cause })
  }
  let layer: unknown
  try {
    layer = JSON.parse(text)
  } catch (cause) {
    throw new SettingsError(file, 'it is not JSON', { cause })
  }
  const result = v.safeParse(SettingsLayer, layer)
  if (result.success) return result.output
  const [issue] = result.issues
  throw new SettingsError(file, `${v.getDotPath(issue) ?? 'its outer shape'}: ${issue.message}`)
}

function systemFolder(): string {
  if (process.platform !== 'win32') return '/etc/antin'
  return path.join(process.env.ProgramData ?? 'C:\\ProgramData', 'Antin')
}
