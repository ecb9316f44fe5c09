import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import type { SlotView } from '../../token/host-calls.ts'
import { systemProgram } from '../../settings/system-program.ts'
import { finding, type Finding, type Level, type Patient } from './finding.ts'

/** @param canSign whether a certificate can sign all the same: some drivers reach their tokens without PC/SC */
export async function examinePcSc({ environment }: Patient, slots: readonly SlotView[], canSign: boolean): Promise<Finding[]> {
  const readers = [...new Set(slots.map(({ reader }) => reader))]
  const seen = readers.length === 0 ? finding('pc-sc', 'ok', 'readers-none') : finding('pc-sc', 'ok', 'readers-seen', { readers: readers.join(', ') })
  return [await examineService(environment, canSign ? 'warn' : 'bad'), seen]
}

async function examineService(environment: NodeJS.ProcessEnv, fault: Level): Promise<Finding> {
  const system = process.platform
  if (system === 'darwin') return finding('pc-sc', 'ok', 'pc-sc-running', { service: 'CryptoTokenKit' })
  if (system === 'win32') {
    const state = (await isServiceRunning('SCardSvr')) ? 'pc-sc-running' : 'pc-sc-stopped'
    return finding('pc-sc', state === 'pc-sc-running' ? 'ok' : fault, state, { service: 'SCardSvr' })
  }
  const socket = environment.PCSCLITE_CSOCK_NAME ?? '/run/pcscd/pcscd.comm'
  if (await isListening(socket)) return finding('pc-sc', 'ok', 'pc-sc-running', { service: socket })
  const isInstalled = ['/usr/sbin/pcscd', '/usr/bin/pcscd', '/usr/local/sbin/pcscd'].some((program) => existsSync(program))
  return isInstalled ? finding('pc-sc', fault, 'pc-sc-stopped', { service: socket }) : finding('pc-sc', fault, 'pc-sc-missing')
}

/** A socket file alone says little: it stays when its daemon dies. */
function isListening(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket)
    connection.once('error', () => resolve(false))
    connection.once('connect', () => {
      connection.destroy()
      resolve(true)
    })
  })
}

/** `sc query` prints the state as a number in every language of Windows: 4 is SERVICE_RUNNING. */
async function isServiceRunning(name: string): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)(systemProgram('sc.exe'), ['query', name], { windowsHide: true })
    return /:\s*4\s+RUNNING/.test(stdout)
  } catch {
    return false
  }
}
