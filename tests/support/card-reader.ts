import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { vpcdPort } from './virtual-card.ts'

const folders = ['/usr/lib', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu']

/** OpenSC's PKCS#11 module; undefined where it is not installed. */
export function openScModule(): string | undefined {
  return folders.map((folder) => `${folder}/opensc-pkcs11.so`).find((file) => existsSync(file))
}

/** What keeps the virtual reader from being used here, in words; undefined where nothing does. */
export function whyNoReader(): string | undefined {
  const missing = [
    existsSync('/usr/sbin/pcscd') ? [] : ['pcscd'],
    existsSync('/etc/reader.conf.d/vpcd') ? [] : ['vsmartcard-vpcd'],
    openScModule() === undefined ? ['opensc-pkcs11'] : [],
  ].flat()
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`
  if (process.getuid?.() !== 0) return 'the PC/SC daemon is started by root alone'
  return isListening(vpcdPort) || existsSync('/run/pcscd/pcscd.pid') ? 'a PC/SC daemon runs already' : undefined
}

/** A PC/SC daemon with virtual readers, until `stop`. There is one for a whole PC. */
export class CardReader {
  readonly #daemon: ChildProcess

  private constructor(daemon: ChildProcess) {
    this.#daemon = daemon
  }

  static start(): Promise<CardReader> {
    return CardReader.#startDaemon([], () => isListening(vpcdPort))
  }

  /** The daemon alone, with no reader that it could name. */
  static startWithoutReader(emptyFolder: string): Promise<CardReader> {
    return CardReader.#startDaemon(['--config', emptyFolder], () => existsSync('/run/pcscd/pcscd.comm'))
  }

  static async #startDaemon(words: string[], isReady: () => boolean): Promise<CardReader> {
    const daemon = spawn('/usr/sbin/pcscd', ['--foreground', ...words], { stdio: 'ignore' })
    const reader = new CardReader(daemon)
    for (let tries = 0; tries < 400; tries++) {
      if (isReady()) return reader
      if (daemon.exitCode !== null) break
      await pause(50)
    }
    await reader.stop()
    throw new Error('pcscd does not start')
  }

  async stop(): Promise<void> {
    if (this.#daemon.exitCode !== null || this.#daemon.signalCode !== null) return
    const ended = new Promise((resolve) => this.#daemon.once('exit', resolve))
    this.#daemon.kill('SIGTERM')
    const stubborn = setTimeout(() => this.#daemon.kill('SIGKILL'), 5_000)
    await ended
    clearTimeout(stubborn)
  }
}

/** Read from the kernel: a connection would be a card in the reader. */
function isListening(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].filter((file) => existsSync(file))
  return tables.some((file) => new RegExp(`:${hex} [0-9A-F]+:0000 0A `).test(readFileSync(file, 'latin1')))
}
