import { expect, test } from 'vitest'
import { hostEnvironment } from '../../../agent/token/host-environment.ts'

const needed = { PATH: '/usr/bin', SOFTHSM2_CONF: '/tokens.conf', DISPLAY: ':0' }

test.each([
  ['NODE_OPTIONS', '--require /tmp/evil.js'],
  ['NODE_PATH', '/tmp/evil'],
  ['NODE_EXTRA_CA_CERTS', '/tmp/evil.pem'],
  ['LD_PRELOAD', '/tmp/evil.so'],
  ['LD_LIBRARY_PATH', '/tmp/evil'],
  ['LD_AUDIT', '/tmp/evil.so'],
  ['P11_KIT_STRICT', '1'],
  ['PKCS11_MODULE', '/tmp/evil.so'],
  ['OPENSSL_CONF', '/tmp/evil.cnf'],
  ['GTK_MODULES', 'evil'],
  ['QT_PLUGIN_PATH', '/tmp/evil'],
  ['NO_PROXY', '*'],
  ['ANTIN_HOME', '/tmp/home'],
  ['node_options', '--inspect'],
])('a key host sees nothing of %s', (name, value) => {
  expect(hostEnvironment({ ...needed, [name]: value })).toEqual(needed)
})

test('Windows writes its names as it likes', () => {
  const onWindows = { Path: 'C:\\Windows', SYSTEMROOT: 'C:\\Windows', LocalAppData: 'C:\\Users\\An' }
  expect(hostEnvironment({ ...onWindows, Node_Options: '--inspect' }, 'win32')).toEqual(onWindows)
  expect(hostEnvironment(onWindows, 'linux')).toEqual({})
})
