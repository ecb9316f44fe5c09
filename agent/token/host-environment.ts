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

export function hostEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => names.has(name) || name.startsWith('P11FAULT_')))
}
