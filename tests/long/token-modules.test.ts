import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { missingTools, openSource, refusedBy, signSomething, unlockKey } from '../agent/token/real/token-rig.ts'
import { writeDecision } from '../agent/signing/sample-pdf.ts'
import { canaryDigits } from '../support/canary-pins.ts'
import { makeClerk } from '../support/clerk.ts'
import { buildFaultModule } from '../support/fault-module.ts'
import { makeCertificate, makeKeyFile, makeSuiteFolder, openssl } from '../support/own-certificate.ts'

// PKCS#11 modules that nobody wrote for us, beside those of `npm test`.

const { folder, remove } = makeSuiteFolder()
afterAll(remove)

/** Of eight digits, which are the most that opencryptoki takes. */
const pin = canaryDigits()
const libraries = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib']

function installed(...names: string[]): string | undefined {
  const found = libraries.flatMap((place) => names.map((name) => path.join(place, name))).find((file) => existsSync(file))
  if (found === undefined) process.stderr.write(`SKIPPED: not installed: ${names[0]}\n`)
  return found
}

const softokn = installed('libsoftokn3.so', 'nss/libsoftokn3.so')
describe.skipIf(softokn === undefined || missingTools('certutil', 'pk12util', 'openssl', 'gcc'))('NSS softokn', () => {
  const environment: Record<string, string> = {}
  let module = ''

  beforeAll(() => {
    const place = path.join(folder, 'nss')
    mkdirSync(place)
    const passwordFile = path.join(folder, 'nss.pin')
    writeFileSync(passwordFile, `${pin}\n`, { mode: 0o600 })
    execFileSync('certutil', ['-N', '-d', `sql:${place}`, '-f', passwordFile])
    const keyFile = makeKeyFile(folder, 'nss', makeCertificate(folder, 'nss'), pin)
    execFileSync('pk12util', ['-i', keyFile, '-d', `sql:${place}`, '-k', passwordFile, '-w', passwordFile])
    rmSync(passwordFile)
    // Without these NSS refuses to start; no token of an office wants anything of the kind.
    const fault = buildFaultModule(folder, softokn ?? '')
    module = fault.module
    Object.assign(environment, fault.environment, { P11FAULT_PARAMETERS: `configdir='sql:${place}' certPrefix='' keyPrefix='' secmod='secmod.db' flags=` })
  })
  beforeEach(() => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  })
  afterAll(() => void vi.unstubAllEnvs())

  test('lists without a PIN, signs a batch with one, and tells a wrong one', async () => {
    const { source, clerk } = openSource({ first: [{ pin: '00000000' }], pin }, { modules: [module] })
    expect((await source.list()).keys).toMatchObject([{ algorithm: 'rsa', tokenLabel: 'NSS Certificate DB' }])
    expect(await refusedBy(unlockKey(source))).toMatchObject({ code: 'pin-wrong' })
    const unlocked = await unlockKey(source)
    for (let round = 0; round < 3; round++) await signSomething(unlocked)
    expect(clerk.saw()).toHaveLength(2)
  })
})

const opencryptoki = installed('opencryptoki/libopencryptoki.so.0')
const asRoot = process.getuid?.() === 0
if (!asRoot) process.stderr.write('SKIPPED: opencryptoki: its daemon is started by root alone\n')
describe.skipIf(opencryptoki === undefined || !asRoot || missingTools('unshare', 'pkcs11-tool', 'openssl', 'pdfsig'))('opencryptoki', () => {
  /** Its daemon and its state belong to the whole PC: both live in namespaces that end with the script. */
  const script = (words: string): string => `set -e
mount --bind ${folder}/ock/lib /var/lib/opencryptoki
mount --bind ${folder}/ock/lock /var/lock/opencryptoki
/usr/sbin/pkcsslotd
tool() { pkcs11-tool --module ${opencryptoki} --slot 3 "$@" >/dev/null 2>&1; }
for try in 1 2 3 4 5 6 7 8 9 10; do tool --list-slots && break; sleep 0.5; done
tool --init-token --label Opencryptoki --so-pin 87654321
tool --login --login-type so --so-pin 87654321 --init-pin --pin ${pin}
tool --login --pin ${pin} --write-object ${folder}/ock/key.der --type privkey --id 01 --label key
tool --login --pin ${pin} --write-object ${folder}/ock/certificate.der --type cert --id 01 --label key
${words}
`

  test('signs documents with one PIN', async () => {
    const place = path.join(folder, 'ock')
    mkdirSync(place)
    for (const name of ['lib', 'lock']) cpSync(`/var/${name}/opencryptoki`, path.join(place, name), { recursive: true })
    const own = makeCertificate(folder, 'ock')
    openssl(['rsa', '-in', own.keyFile, '-outform', 'DER', '-out', path.join(place, 'key.der')])
    openssl(['x509', '-in', own.certificateFile, '-outform', 'DER', '-out', path.join(place, 'certificate.der')])
    const clerk = makeClerk(folder, { pin })
    const inputs = ['a.pdf', 'b.pdf'].map((name) => path.join(place, name))
    for (const input of inputs) await writeDecision(input)
    const out = path.join(folder, 'signed')
    const antin = path.resolve(import.meta.dirname, '../../agent/cli/antin.ts')
    const words = ['sign', ...inputs, '--out', out, '--token', `pkcs11:${opencryptoki}`, '--pinentry', clerk.pinentry, '--json']
    const command = [process.execPath, antin, ...words].map((word) => `'${word}'`).join(' ')
    const environment = { ...process.env, ...clerk.environment, ANTIN_HOME: path.join(folder, 'home') }
    const file = path.join(place, 'run.sh')
    writeFileSync(file, script(command))
    const said = execFileSync('unshare', ['--mount', '--ipc', '--pid', '--fork', '--mount-proc', 'sh', file], { encoding: 'utf8', env: environment })
    rmSync(file)
    expect(JSON.parse(said)).toMatchObject({ files: [{ output: path.join(out, 'a.pdf') }, { output: path.join(out, 'b.pdf') }] })
    expect(clerk.saw()).toHaveLength(1)
    for (const name of ['a.pdf', 'b.pdf']) {
      const judged = execFileSync('pdfsig', ['-nocert', path.join(out, name)], { encoding: 'utf8' })
      expect(judged).toContain('Signature is Valid')
      expect(judged).toContain('Total document signed')
    }
  })
})
