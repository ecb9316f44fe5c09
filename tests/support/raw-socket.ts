import { connect, type Socket } from 'node:net'
import { upgradeRequest } from './raw-http.ts'
import { knownOrigin } from './wire.ts'

/** A WebSocket made by hand, for frames that no library would send. */
export interface RawSocket {
  socket: Socket
  /** The close code of the agent, or undefined where it hung up without one. */
  closed: Promise<number | undefined>
  /** Opcodes of the frames that the agent has sent, in their order. */
  heard(): number[]
}

export async function openRawSocket(port: number): Promise<RawSocket> {
  const socket = connect(port, '127.0.0.1')
  let received = Buffer.alloc(0)
  const upgraded = Promise.withResolvers<undefined>()
  socket.on('error', () => undefined)
  socket.on('data', (data) => {
    received = Buffer.concat([received, data])
    if (received.includes('\r\n\r\n')) upgraded.resolve(undefined)
  })
  const frames = (): AgentFrame[] => framesIn(received.subarray(received.indexOf('\r\n\r\n') + 4))
  const closed = new Promise<number | undefined>((resolve) => {
    socket.on('close', () => {
      const close = frames().find(({ opcode }) => opcode === 8)
      resolve(close && close.payload.length >= 2 ? close.payload.readUInt16BE(0) : undefined)
    })
  })
  socket.write(upgradeRequest([`Host: 127.0.0.1:${port}`, `Origin: ${knownOrigin}`, 'Sec-WebSocket-Extensions: permessage-deflate']))
  await upgraded.promise
  if (received.toString('latin1').includes('permessage-deflate')) throw new Error('the agent agreed to compression')
  return { socket, closed, heard: () => frames().map(({ opcode }) => opcode) }
}

export interface FrameParts {
  opcode: number
  payload?: Uint8Array
  isFinal?: boolean
  /** Reserved bits, 1 to 7. */
  reserved?: number
  isMasked?: boolean
  /** What the header says, where it should differ from the truth. */
  declaredBytes?: bigint
}

/** One frame (RFC 6455, section 5.2), masked with zeros. */
export function frame({ opcode, payload = new Uint8Array(), isFinal = true, reserved = 0, isMasked = true, declaredBytes }: FrameParts): Buffer {
  const length = declaredBytes ?? BigInt(payload.length)
  const mask = isMasked ? 0x80 : 0
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode
  const header =
    length < 126n ? Buffer.from([first, mask | Number(length)])
    : length < 65_536n ? Buffer.from([first, mask | 126, Number(length >> 8n), Number(length & 0xffn)])
    : Buffer.concat([Buffer.from([first, mask | 127]), bigEndian(length)])
  return Buffer.concat([header, isMasked ? Buffer.alloc(4) : Buffer.alloc(0), payload])
}

function bigEndian(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(value)
  return bytes
}

interface AgentFrame {
  opcode: number
  payload: Buffer
}

/** The agent's frames are unmasked and short here. */
function framesIn(bytes: Buffer): AgentFrame[] {
  const frames: AgentFrame[] = []
  for (let at = 0; at + 2 <= bytes.length; ) {
    const length = (bytes[at + 1] ?? 0) & 0x7f
    frames.push({ opcode: (bytes[at] ?? 0) & 0x0f, payload: bytes.subarray(at + 2, at + 2 + length) })
    at += 2 + length
  }
  return frames
}
