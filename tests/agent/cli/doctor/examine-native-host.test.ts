import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { examineNativeHost } from '../../../../agent/cli/doctor/examine-native-host.ts'
import { register } from '../../../../agent/native-host/register.ts'
import { doctorText } from '../../../../shared/text/doctor.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { knownOrigin } from '../../../support/wire.ts'

/** A Chromium that knows the host, and the agent that the host starts. */
function registered() {
  const [profileDir, folder] = [tempFolder(), tempFolder()]
  const agent = path.join(folder, 'antin.js')
  writeFileSync(agent, '')
  const file = register({ browser: 'chromium', place: 'user', profileDir }, { command: [process.execPath, agent, 'native-host', '--home', '/nowhere'], folder, extensionOrigins: [knownOrigin] })
  const program = (JSON.parse(readFileSync(file, 'utf8')) as { path: string }).path
  const look = () => examineNativeHost(({ name }) => (name === 'chromium' ? [file] : [path.join(profileDir, 'none.json')]))
  return { file, agent, program, look }
}

describe('the native-messaging host', () => {
  it('is registered', () => {
    const { file, look } = registered()
    expect(look()).toEqual([{ section: 'native-host', level: 'ok', code: 'native-host-registered', facts: { browser: 'chromium', file } }])
  })

  it('is registered nowhere, which is worth knowing and no fault', () => {
    const { file, look } = registered()
    rmSync(file)
    expect(look()).toMatchObject([{ level: 'warn', code: 'native-host-absent' }])
    expect(doctorText('native-host-absent', {}, 'vi').next).toContain('antin native-host register')
  })

  it.each([
    ['no JSON', '{'],
    ['a manifest of something else', JSON.stringify({ name: 'com.example.other', path: '/bin/true' })],
    ['a path that is not whole', JSON.stringify({ name: 'vn.antin.agent', path: 'native-host' })],
  ])('has a manifest that cannot be used: %s', (_, text) => {
    const { file, look } = registered()
    writeFileSync(file, text)
    expect(look()).toMatchObject([{ level: 'bad', code: 'native-host-manifest-wrong', facts: { browser: 'chromium', file } }])
  })

  it('leads to a script, or to an agent, that is gone', () => {
    const { agent, program, look } = registered()
    rmSync(agent)
    expect(look()).toMatchObject([{ level: 'bad', code: 'native-host-program-missing', facts: { program: agent } }])
    rmSync(program)
    expect(look()).toMatchObject([{ level: 'bad', code: 'native-host-program-missing', facts: { program } }])
  })
})
