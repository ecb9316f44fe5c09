import { refusal, RefusalError } from '../../shared/errors.ts'

export type Frame = string | Uint8Array

/** A WebSocket as something to wait for. Frames that nobody waits for yet are kept in order. */
export interface Socket {
  readonly port: number
  send(frame: string | Uint8Array<ArrayBuffer>): void
  /** Throws `SocketClosed` when the socket has ended and nothing is left to read. */
  receive(): Promise<Frame>
  /** What was handed over and has not left yet. */
  bufferedBytes(): number
  close(code?: number): void
}

/** The code says why the agent hung up (`shared/protocol/close-codes.ts`). */
export class SocketClosed extends Error {
  override readonly name = 'SocketClosed'
  readonly code: number

  constructor(code: number) {
    super(`the socket was closed with ${code}`)
    this.code = code
  }
}

/** Refuses with `agent-unreachable` where nobody answers at that port in time. */
export async function openSocket(port: number, timeoutMs: number): Promise<Socket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`)
  socket.binaryType = 'arraybuffer'
  const inbox = new Inbox()
  await new Promise<void>((resolve, reject) => {
    const fail = (): void => {
      clearTimeout(timer)
      inbox.end(1006)
      reject(new RefusalError(refusal('agent-unreachable')))
    }
    const timer = setTimeout(() => {
      socket.close()
      fail()
    }, timeoutMs)
    socket.addEventListener('open', () => {
      clearTimeout(timer)
      resolve()
    })
    // A socket that the content security policy refuses only says `error`, one that ends later only `close`.
    socket.addEventListener('error', fail)
    socket.addEventListener('close', ({ code }) => {
      inbox.end(code)
      fail()
    })
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      inbox.put(typeof data === 'string' ? data : new Uint8Array(data))
    })
  })
  return {
    port,
    send: (frame) => socket.send(frame),
    receive: () => inbox.take(),
    bufferedBytes: () => socket.bufferedAmount,
    close: (code = 1000) => {
      // The browser waits for the other side's good-bye; whoever waits here shall not.
      inbox.end(code)
      socket.close(code)
    },
  }
}

class Inbox {
  private readonly frames: Frame[] = []
  private waiting: { resolve: (frame: Frame) => void; reject: (reason: SocketClosed) => void } | undefined
  private closed: SocketClosed | undefined

  put(frame: Frame): void {
    const { waiting } = this
    this.waiting = undefined
    if (waiting === undefined) this.frames.push(frame)
    else waiting.resolve(frame)
  }

  end(code: number): void {
    this.closed ??= new SocketClosed(code)
    this.waiting?.reject(this.closed)
    this.waiting = undefined
  }

  take(): Promise<Frame> {
    const frame = this.frames.shift()
    if (frame !== undefined) return Promise.resolve(frame)
    if (this.closed !== undefined) return Promise.reject(this.closed)
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject }
    })
  }
}

/** Waits for `work` and hangs up when it takes too long, which makes whoever waits for a frame give up. */
export async function withDeadline<Result>(socket: Socket, timeoutMs: number, work: Promise<Result>): Promise<Result> {
  const timer = setTimeout(() => socket.close(), timeoutMs)
  try {
    return await work
  } finally {
    clearTimeout(timer)
  }
}
