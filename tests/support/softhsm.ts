import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { canaryPin } from './canary-pins.ts'

const places = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so', '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so']

/** The library of SoftHSM2; undefined where it is not installed. */
export function softHsmModule(): string | undefined {
  return places.find((place) => existsSync(place))
}

export interface SoftHsm {
  module: string
  label: string
  pin: string
  /** Must be in the environment of whatever loads the module. */
  environment: { SOFTHSM2_CONF: string }
  /** Puts a key with its certificate on the token, both under one CKA_ID (hexadecimal). */
  add(entry: { id: string; label: string; keyFile: string; certificateFile: string }): void
  /** Puts a key alone there. */
  addKey(entry: { id: string; label: string; keyFile: string }): void
  /** Puts a certificate alone there. */
  addCertificate(entry: { id: string; label: string; certificateFile: string }): void
}

/** A token of SoftHSM2 in a folder of its own. Needs softhsm2-util and pkcs11-tool. */
export function makeSoftHsm(folder: string, { label = 'VGCA-TEST', pin = canaryPin() } = {}): SoftHsm {
  const module = softHsmModule()
  if (module === undefined) throw new Error('SoftHSM2 is not installed: apt-get install softhsm2 opensc')
  const configuration = path.join(folder, 'softhsm2.conf')
  const tokens = path.join(folder, 'tokens')
  mkdirSync(tokens, { recursive: true, mode: 0o700 })
  writeFileSync(configuration, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = true\n`)
  const environment = { SOFTHSM2_CONF: configuration }
  const run = (program: string, words: string[]): void => {
    execFileSync(program, words, { env: { ...process.env, ...environment }, stdio: ['ignore', 'ignore', 'pipe'] })
  }
  run('softhsm2-util', ['--init-token', '--free', '--label', label, '--so-pin', '00000000', '--pin', pin])
  const addCertificate: SoftHsm['addCertificate'] = ({ id, label: name, certificateFile }) => {
    const der = path.join(folder, `${id}.der`)
    run('openssl', ['x509', '-in', certificateFile, '-outform', 'DER', '-out', der])
    run('pkcs11-tool', ['--module', module, '--token-label', label, '--login', '--pin', pin, '--type', 'cert', '--write-object', der, '--id', id, '--label', name])
    rmSync(der)
  }
  const addKey: SoftHsm['addKey'] = ({ id, label: name, keyFile }) => {
    const pkcs8 = path.join(folder, `${id}.p8`)
    run('openssl', ['pkcs8', '-topk8', '-nocrypt', '-in', keyFile, '-out', pkcs8])
    run('softhsm2-util', ['--import', pkcs8, '--token', label, '--label', name, '--id', id, '--pin', pin])
    rmSync(pkcs8)
  }
  const add: SoftHsm['add'] = (entry) => {
    addKey(entry)
    addCertificate(entry)
  }
  return { module, label, pin, environment, addCertificate, addKey, add }
}
