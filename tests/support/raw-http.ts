import { connect } from 'node:net'
import { once } from 'node:events'

/** Sends these very bytes and gives back all that comes until the other side hangs up. */
export async function rawExchange(port: number, request: string | Uint8Array): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const parts: Buffer[] = []
  socket.on('data', (data) => parts.push(data))
  socket.on('error', () => undefined)
  socket.write(request)
  await once(socket, 'close')
  return Buffer.concat(parts).toString('latin1')
}

export interface Answer {
  status: number
  headers: string[]
  body: string
}

export function readAnswer(text: string): Answer {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [statusLine = '', ...headers] = head.split('\r\n')
  return { status: Number(statusLine.split(' ')[1]), headers: headers.map((line) => line.toLowerCase()), body: rest.join('\r\n\r\n') }
}

/** The head of a WebSocket handshake (RFC 6455, section 4.1) with these lines in it. */
export function upgradeRequest(lines: readonly string[], target = '/'): string {
  return [
    `GET ${target} HTTP/1.1`,
    ...lines,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '',
    '',
  ].join('\r\n')
}

/** Nothing in the answer may tell who answers. */
export function tellsNothing({ headers, body }: Answer): boolean {
  const plain = /^(connection: close|content-length: 0|date: .*)$/
  return body === '' && headers.every((header) => plain.test(header))
}
