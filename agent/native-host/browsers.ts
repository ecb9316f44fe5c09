import os from 'node:os'
import path from 'node:path'

/** Browsers that the host knows: how each is registered with, and what its program is called. */
export interface KnownBrowser {
  name: 'chrome' | 'chromium' | 'edge' | 'coccoc' | 'firefox'
  family: 'chromium' | 'firefox'
  /** Base names of its program, in lower case. */
  programs: readonly string[]
  /** Linux: folders for manifests, below the home folder and of the whole machine. */
  userFolder?: string
  machineFolder?: string
  /** Windows: key below HKCU\Software or HKLM\Software. */
  registryKey: string
}

/** Sources: Chrome and Edge, "Native messaging"; MDN, "Native manifests". */
export const browsers: readonly KnownBrowser[] = [
  {
    name: 'chrome',
    family: 'chromium',
    programs: ['chrome', 'chrome.exe'],
    userFolder: '.config/google-chrome/NativeMessagingHosts',
    machineFolder: '/etc/opt/chrome/native-messaging-hosts',
    registryKey: 'Google\\Chrome\\NativeMessagingHosts',
  },
  {
    name: 'chromium',
    family: 'chromium',
    programs: ['chromium', 'chromium-browser', 'chromium.exe'],
    userFolder: '.config/chromium/NativeMessagingHosts',
    machineFolder: '/etc/chromium/native-messaging-hosts',
    registryKey: 'Chromium\\NativeMessagingHosts',
  },
  {
    name: 'edge',
    family: 'chromium',
    programs: ['msedge', 'msedge.exe'],
    userFolder: '.config/microsoft-edge/NativeMessagingHosts',
    machineFolder: '/etc/opt/edge/native-messaging-hosts',
    registryKey: 'Microsoft\\Edge\\NativeMessagingHosts',
  },
  { name: 'coccoc', family: 'chromium', programs: ['browser.exe'], registryKey: 'CocCoc\\Browser\\NativeMessagingHosts' },
  {
    name: 'firefox',
    family: 'firefox',
    programs: ['firefox', 'firefox-esr', 'firefox-bin', 'firefox.exe'],
    userFolder: '.mozilla/native-messaging-hosts',
    machineFolder: '/usr/lib/mozilla/native-messaging-hosts',
    registryKey: 'Mozilla\\NativeMessagingHosts',
  },
]

export function isBrowserProgram(program: string): boolean {
  const name = path.win32.basename(program).toLowerCase()
  return browsers.some(({ programs }) => programs.includes(name))
}

export function manifestFolderOf({ userFolder, machineFolder }: KnownBrowser, place: 'user' | 'machine'): string | undefined {
  if (place === 'machine') return machineFolder
  return userFolder === undefined ? undefined : path.join(os.homedir(), userFolder)
}
