import { execFileSync } from 'node:child_process'
import path from 'node:path'

const bundle = path.resolve(import.meta.dirname, '../../dist/agent/antin.js')

export interface HostOptions {
  /** The browser's own folder: no other browser of this PC learns of the host. */
  profile: string
  /** Of the agent. */
  home: string
  /** Whether the host may start an agent where none runs; the demo starts its own. */
  starts?: boolean
}

/** Tells the browser of this profile about the native-messaging host, so that it is paired without a click. */
export function registerHost({ profile, home, starts = false }: HostOptions): void {
  const words = ['native-host', 'register', '--browser', 'chromium', '--profile-dir', profile, '--home', home]
  execFileSync(process.execPath, [bundle, ...words, ...(starts ? [] : ['--no-start'])], { stdio: 'pipe' })
}
