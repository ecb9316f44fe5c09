import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Credential } from '../authority/authority.ts'

/** What holds the clerk's key in the demo. The PIN is the demo's own, printed for whoever tries it. */
export interface DemoToken {
  /** For `antin … --token`. */
  option: string
  pin: string
  /** What the agent needs in its environment to reach it. */
  environment: Record<string, string>
}

export type TokenKind = 'p12' | 'softhsm'

export const demoPin = '24680135'

const softHsmLibraries = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so', '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so']

/** Made at the first run in `folder`, used again after. */
export async function makeToken(kind: TokenKind, folder: string, makeCredential: () => Promise<Credential>, pin = demoPin): Promise<DemoToken> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return kind === 'p12' ? makeKeyFile(folder, makeCredential, pin) : makeSoftHsm(folder, makeCredential, pin)
}

async function makeKeyFile(folder: string, makeCredential: () => Promise<Credential>, pin: string): Promise<DemoToken> {
  const file = path.join(folder, 'lanh-dao.p12')
  if (!existsSync(file)) {
    const credential = await makeCredential()
    // The certificates beside the key file let it be listed before its password is known.
    await writeFile(path.join(folder, 'lanh-dao.crt'), [credential.certificatePem, ...credential.chainDer.slice(0, 1).map(pem)].join(''))
    await credential.writePkcs12(file, pin)
  }
  return { option: `p12:${file}`, pin, environment: {} }
}

async function makeSoftHsm(folder: string, makeCredential: () => Promise<Credential>, pin: string): Promise<DemoToken> {
  const library = softHsmLibraries.find((candidate) => existsSync(candidate))
  if (library === undefined) throw new Error('SoftHSM2 is not installed: apt-get install softhsm2')
  const configuration = path.join(folder, 'softhsm2.conf')
  const environment = { SOFTHSM2_CONF: configuration }
  if (!existsSync(configuration)) {
    const tokens = path.join(folder, 'tokens')
    await mkdir(tokens, { recursive: true, mode: 0o700 })
    await fillSoftHsm(library, folder, { ...process.env, ...environment, SOFTHSM2_CONF: await writeConfiguration(`${configuration}.part`, tokens) }, makeCredential, pin)
    await writeConfiguration(configuration, tokens)
  }
  return { option: `pkcs11:${library}`, pin, environment }
}

async function writeConfiguration(file: string, tokens: string): Promise<string> {
  await writeFile(file, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = true\n`)
  return file
}

/** One token with the key, the certificate and its issuer under the same CKA_ID, as vendors' tools write them. */
async function fillSoftHsm(library: string, folder: string, env: NodeJS.ProcessEnv, makeCredential: () => Promise<Credential>, pin: string): Promise<void> {
  const credential = await makeCredential()
  const file = (name: string): string => path.join(folder, name)
  await writeFile(file('key.pem'), credential.privateKeyPem, { mode: 0o600 })
  await writeFile(file('holder.der'), credential.certificateDer)
  await writeFile(file('issuing.der'), credential.chainDer[0] ?? new Uint8Array())
  const label = 'Token dùng thử'
  const run = (program: string, words: string[]): void => void execFileSync(program, words, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  run('softhsm2-util', ['--init-token', '--free', '--label', label, '--so-pin', '0000000000', '--pin', pin])
  run('softhsm2-util', ['--import', file('key.pem'), '--token', label, '--label', 'lanh-dao', '--id', '01', '--pin', pin])
  const write = ['--module', library, '--token-label', label, '--login', '--pin', pin, '--type', 'cert']
  run('pkcs11-tool', [...write, '--write-object', file('holder.der'), '--id', '01', '--label', 'lanh-dao'])
  run('pkcs11-tool', [...write, '--write-object', file('issuing.der'), '--id', '02', '--label', 'issuing'])
  await rm(file('key.pem'))
}

function pem(der: Uint8Array): string {
  const lines = Buffer.from(der).toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
