import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { confirmPairing } from '../../../agent/server/confirm-pairing.ts'
import { limits } from '../../../shared/protocol/limits.ts'
import { knownOrigin } from '../../support/wire.ts'
import { tempFolder } from '../../support/temp-folder.ts'

/** A pinentry that writes down what it is told and agrees. */
function makePinentry(): { program: string; heard: () => string } {
  const folder = tempFolder()
  const program = path.join(folder, 'pinentry')
  const heard = path.join(folder, 'heard')
  writeFileSync(program, `#!/bin/sh\necho OK\nwhile read -r line; do echo "$line" >> '${heard}'; echo OK; done\n`, { mode: 0o700 })
  return { program, heard: () => decodeURIComponent(readFileSync(heard, 'utf8')) }
}

it.each([
  ['vi', knownOrigin, 'Tiện ích: Ấn Tín (nkhlcbdhifpgjejdcoecgjnheofhkpij)'],
  ['en', knownOrigin, 'Extension: Ấn Tín (nkhlcbdhifpgjejdcoecgjnheofhkpij)'],
  ['vi', `chrome-extension://${'b'.repeat(32)}`, `Tiện ích do cài đặt của máy này cho phép: ${'b'.repeat(32)}`],
  ['vi', 'moz-extension://2f0f54e1-5f8c-4bd5-8a4e-0d4a5f3f6a11', 'Tiện ích trong hồ sơ Firefox: 2f0f54e1-5f8c-4bd5-8a4e-0d4a5f3f6a11'],
] as const)('the window names the extension by its origin (%s, %s)', async (language, origin, line) => {
  const { program, heard } = makePinentry()
  const ask = confirmPairing({ pinentry: program, language }, limits)
  expect(await ask({ digits: '482913', browser: 'x'.repeat(300), origin }, new AbortController().signal)).toBe(true)
  const [question = ''] = /^SETDESC [^]*?(?=^SETOK)/m.exec(heard()) ?? []
  expect(question.split('\n')).toContain(line)
  expect(question).toContain('482 913')
  expect(question).toContain(`“${'x'.repeat(39)}…”`)
})
