import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { AssuanClient, AssuanClosed, commandLine } from '../../../agent/window/assuan.ts'

function clientOf(...chunks: (string | Buffer)[]): AssuanClient {
  const input = new PassThrough()
  for (const chunk of chunks) input.write(chunk)
  input.end()
  return new AssuanClient(input, new PassThrough())
}

test.each([
  ['BYE', undefined, 'BYE\n'],
  ['SETDESC', 'Ký 12 văn bản\n100 %\r', 'SETDESC Ký 12 văn bản%0A100 %25%0D\n'],
  ['SETOK', '', 'SETOK \n'],
])('%s with %j becomes one line', (command, text, line) => {
  expect(commandLine(command, text)).toBe(line)
})

test('a text that is too long loses the ends of its longest lines, and stays within 1,000 bytes', () => {
  const names = ['😀', 'Ắ', '%'].map((letter) => letter.repeat(300))
  const line = commandLine('SETDESC', ['Trang yêu cầu: https://qlvb.gov.vn', ...names, 'Mã đối chiếu: K7QF 2M9T'].join('\n'))
  expect(Buffer.byteLength(line) - 1).toBeLessThanOrEqual(1_000)
  expect(Buffer.byteLength(line)).toBeGreaterThan(980)
  expect(line).toMatch(/^SETDESC Trang yêu cầu: https:\/\/qlvb.gov.vn%0A(😀)+…%0AẮ+…%0A(%25)+…%0AMã đối chiếu: K7QF 2M9T\n$/)
})

test('a text of very many lines stays within 1,000 bytes', () => {
  expect(Buffer.byteLength(commandLine('SETDESC', 'Số 12/QĐ-UBND\n'.repeat(2_000)))).toBeLessThanOrEqual(1_001)
})

test('data is decoded, wherever the pieces break', async () => {
  const bytes = Buffer.from('OK hello\r\nD M%E1%BA%ADt-khẩu%25\nS progress\n# note\nD 1\nOK\n')
  const pieces = Array.from(bytes, (byte) => Buffer.of(byte))
  const client = clientOf(...pieces)
  expect(await client.greeting()).toEqual({ data: '', error: undefined })
  expect(await client.send('GETPIN')).toEqual({ data: 'Mật-khẩu%1', error: undefined })
})

test('an error has its code without the source', async () => {
  const client = clientOf('ERR 83886179 Operation cancelled <Pinentry>\n')
  expect(await client.send('GETPIN')).toEqual({ data: '', error: { code: 99, text: 'Operation cancelled <Pinentry>' } })
})

test('a line that closes early is told', async () => {
  await expect(clientOf('OK\n', 'D half').greeting()).resolves.toBeDefined()
  await expect(clientOf('D half').send('GETPIN')).rejects.toThrow(AssuanClosed)
})
