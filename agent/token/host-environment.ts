/** What a key host may see of the agent's environment: enough for drivers and windows, and no secret. */
const names = new Set([
  'PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TERM', 'TMPDIR', 'TZ',
  // the display, for the PIN window
  'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME', 'DBUS_SESSION_BUS_ADDRESS',
  // where drivers look for their configuration and for the PC/SC daemon
  'SOFTHSM2_CONF', 'OPENSC_CONF', 'PCSCLITE_CSOCK_NAME',
  // the path of the answers of a scripted PIN window
  'ANTIN_PINENTRY_SCRIPT',
  // Windows loads no library without these
  'SystemRoot', 'windir', 'SystemDrive', 'TEMP', 'TMP', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'ProgramData', 'ProgramFiles', 'PATHEXT',
])

const anyCase = new Set([...names].map((name) => name.toLowerCase()))

/** Windows does not tell `Path` from `PATH`, and hands out the former. */
export function hostEnvironment(environment: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): NodeJS.ProcessEnv {
  const isListed = (name: string): boolean => (platform === 'win32' ? anyCase.has(name.toLowerCase()) : names.has(name))
  return Object.fromEntries(Object.entries(environment).filter(([name]) => isListed(name) || name.startsWith('P11FAULT_')))
}
