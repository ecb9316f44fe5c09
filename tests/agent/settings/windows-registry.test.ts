import { expect, it } from 'vitest'
import { consoleText, queryCommand } from '../../../agent/settings/windows-registry.ts'

// `reg.exe` itself is run in tests/long/windows-registry.test.ts.

const printed = '\r\nHKEY_CURRENT_USER\\Software\\X\r\n    (Default)    REG_SZ    C:\\Users\\Nguyễn Ánh\\antin.json\r\n'

it.each([
  ['UTF-8', Buffer.from(printed)],
  ['UTF-16 with its mark', Buffer.from(`\uFEFF${printed}`, 'utf16le')],
  ['UTF-16 without', Buffer.from(printed, 'utf16le')],
])('what a console prints is read as it is: %s', (_, bytes) => {
  expect(consoleText(bytes)).toBe(printed)
})

it('a console that keeps to the code page of Vietnamese Windows is read by it', () => {
  // U+1EA1 is "a" and a dot below there, U+0110 is one sign.
  expect(consoleText(Buffer.from('C:\\\xd0\xf4 th\xe0nh\\ta\xf2i', 'latin1'))).toBe('C:\\Đô thành\\tại')
  expect(consoleText(new Uint8Array())).toBe('')
})

it('it is asked by the whole path of each program, for a console that speaks UTF-8', () => {
  const { program, line } = queryCommand(['query', 'HKLM\\X Y', '/v', 'Image Path'], { SystemRoot: 'C:\\Windows' })
  expect(program).toBe('C:\\Windows\\System32\\cmd.exe')
  expect(line).toEqual(['/d', '/s', '/c', String.raw`""C:\Windows\System32\chcp.com" 65001 >nul & "C:\Windows\System32\reg.exe" "query" "HKLM\X Y" "/v" "Image Path""`])
})

it.each(['a"b', '%PATH%', 'a\nb'])('no word of a question is taken for anything else: %j', (word) => {
  expect(() => queryCommand(['query', word], {})).toThrow('quotation marks')
})
