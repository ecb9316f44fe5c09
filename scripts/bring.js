#!/usr/bin/env node
/**
 * Brings what a clean clone lacks, then runs one of the tasks below with Node 24. Plain JavaScript, because up
 * to the hand-over only the machine's own Node (20 or later) can be relied upon.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')

const tasks = {
  demo: 'demo/run.ts',
  test: 'scripts/test.ts',
}

/** Debian packages, each with a program or file that shows that it is there. Any of several will do. */
const packages = [
  { name: 'python3', found: () => onPath('python3') },
  { name: 'make', found: () => onPath('make') },
  { name: 'g++', found: () => onPath('g++') },
  { name: 'openssl', found: () => onPath('openssl') },
  { name: 'chromium', found: () => onPath('chromium') || (task === 'demo' && brandedBrowser()) },
  { name: 'chromium-l10n', found: () => existsSync('/usr/lib/chromium/locales/vi.pak') || !onPath('chromium') },
  { name: 'softhsm2', found: () => onPath('softhsm2-util') },
  { name: 'opensc', found: () => onPath('pkcs11-tool') },
  { name: 'opensc-pkcs11', found: () => libraryFolders.some((folder) => existsSync(path.join(folder, 'opensc-pkcs11.so'))) },
  { name: 'poppler-utils', found: () => onPath('pdfsig') },
  { name: 'qpdf', found: () => onPath('qpdf') },
  { name: 'pinentry-gtk2', found: () => onPath('pinentry-gtk-2') || onPath('pinentry-qt') || onPath('pinentry-gnome3') },
]

/** Only the tests need these: a second browser; a display without a screen, hands for it, and eyes; a card reader without a card. */
const testPackages = [
  { name: 'pinentry-gtk2', found: () => onPath('pinentry-gtk-2') },
  { name: 'firefox-esr', found: () => onPath('firefox-esr') || onPath('firefox') },
  { name: 'xvfb', found: () => onPath('Xvfb') },
  { name: 'xdotool', found: () => onPath('xdotool') },
  { name: 'strace', found: () => onPath('strace') },
  { name: 'pcscd', found: () => existsSync('/usr/sbin/pcscd') },
  { name: 'vsmartcard-vpcd', found: () => existsSync('/etc/reader.conf.d/vpcd') },
]

const libraryFolders = ['/usr/lib', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu']

const [task, ...words] = process.argv.slice(2)
if (task === undefined || !Object.hasOwn(tasks, task)) {
  console.error(`usage: node scripts/bring.js ${Object.keys(tasks).join(' | ')}`)
  process.exit(64)
}

bringPackages()
bringModules()
process.exit(run(path.join(root, 'node_modules/.bin/node'), [path.join(root, tasks[task]), ...words]))

function bringPackages() {
  if (process.platform !== 'linux') return
  const wanted = task === 'test' ? [...packages, ...testPackages] : packages
  const missing = [...new Set(wanted.filter(({ found }) => !found()).map(({ name }) => name))]
  if (missing.length === 0) return
  const apt = aptGet()
  if (apt === undefined) {
    console.error(`Please install first: apt-get install --no-install-recommends ${missing.join(' ')}`)
    process.exit(69)
  }
  console.log(`Installing Debian packages: ${missing.join(' ')}`)
  const install = ['install', '-y', '-q', '--no-install-recommends', ...missing]
  // The package lists of a fresh machine are empty or old: try once with what is there, once after an update.
  if (quietly([...apt, ...install]) !== 0) {
    quietly([...apt, 'update', '-q'])
    if (run(...command([...apt, ...install])) !== 0) process.exit(69)
  }
}

function bringModules() {
  const lock = path.join(root, 'package-lock.json')
  const installed = path.join(root, 'node_modules/.package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return
  console.log('Installing npm packages')
  const status = run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel', 'error'])
  if (status !== 0) process.exit(status)
}

/** @returns the words that run apt-get with the rights to install, or undefined */
function aptGet() {
  if (!onPath('apt-get')) return undefined
  if (process.getuid?.() === 0) return ['apt-get']
  return onPath('sudo') && quietly(['sudo', '-n', 'true']) === 0 ? ['sudo', '-n', 'apt-get'] : undefined
}

function brandedBrowser() {
  return ['google-chrome', 'google-chrome-stable', 'microsoft-edge', 'microsoft-edge-stable'].some(onPath)
}

function onPath(program) {
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => folder !== '' && existsSync(path.join(folder, program)))
}

function command([program, ...words]) {
  return [program, words]
}

function quietly(words) {
  return spawnSync(...command(words), { stdio: 'ignore', env: environment() }).status ?? 1
}

function run(program, words) {
  const { status, signal, error } = spawnSync(program, words, { cwd: process.cwd(), stdio: 'inherit', env: environment() })
  if (error !== undefined) console.error(error.message)
  return signal === null ? (status ?? 1) : 1
}

function environment() {
  return {
    ...process.env,
    DEBIAN_FRONTEND: 'noninteractive',
    PATH: [path.join(root, 'node_modules/.bin'), process.env.PATH].join(path.delimiter),
  }
}
