import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expectNoPinIn } from './canary-pins.ts'

/** A folder for all tests of a file; whoever makes it removes it. */
export function makeSuiteFolder(name = 'antin-test'): { folder: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), `${name}-`))
  const remove = (): void => {
    try {
      expectNoPinIn(folder)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return { folder, remove }
}

export interface OwnCertificate {
  keyFile: string
  certificateFile: string
  keyPem: string
  certificatePem: string
}

export interface OwnCertificateOptions {
  /** For `openssl req -newkey`. */
  key?: 'rsa:1024' | 'rsa:2048' | 'rsa:3072' | 'rsa:4096' | 'P-256' | 'P-384'
  holder?: string
  keyUsage?: string
}

/** A key with a certificate that it signs itself, made by openssl in `folder`. */
export function makeCertificate(folder: string, name: string, { key = 'rsa:2048', holder = 'Nguyễn Văn An', keyUsage = 'digitalSignature,nonRepudiation' }: OwnCertificateOptions = {}): OwnCertificate {
  const keyFile = path.join(folder, `${name}.key`)
  const certificateFile = path.join(folder, `${name}.crt`)
  const kind = key.startsWith('P-') ? ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${key}`] : ['-newkey', key]
  openssl(['req', '-x509', '-new', '-nodes', ...kind, '-keyout', keyFile, '-out', certificateFile, '-days', '365', '-utf8',
    '-subj', `/C=VN/O=Sở Nội vụ tỉnh Lai Châu/CN=${holder}`, '-addext', `keyUsage=critical,${keyUsage}`, '-addext', 'basicConstraints=critical,CA:FALSE'])
  return { keyFile, certificateFile, keyPem: readFileSync(keyFile, 'utf8'), certificatePem: readFileSync(certificateFile, 'utf8') }
}

/** The files of a key that an authority issued, as those above. */
export function writeCredential(folder: string, name: string, { privateKeyPem, certificatePem }: { privateKeyPem: string; certificatePem: string }): OwnCertificate {
  const keyFile = path.join(folder, `${name}.key`)
  const certificateFile = path.join(folder, `${name}.crt`)
  writeFileSync(keyFile, privateKeyPem, { mode: 0o600 })
  writeFileSync(certificateFile, certificatePem)
  return { keyFile, certificateFile, keyPem: privateKeyPem, certificatePem }
}

/** A PKCS#12 file made by openssl; the password goes through a file, as it should. */
export function makeKeyFile(folder: string, name: string, { keyFile, certificateFile }: OwnCertificate, password: string, options: string[] = []): string {
  const file = path.join(folder, `${name}.p12`)
  const passwordFile = path.join(folder, `${name}.password`)
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  openssl(['pkcs12', '-export', '-inkey', keyFile, '-in', certificateFile, '-out', file, '-passout', `file:${passwordFile}`, ...options])
  rmSync(passwordFile)
  return file
}

export function openssl(words: string[]): string {
  return execFileSync('openssl', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C.UTF-8' } })
}
