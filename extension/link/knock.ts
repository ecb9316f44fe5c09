import { limits } from '../../shared/protocol/limits.ts'

/**
 * The ports of this PC at which anybody answers, by plain requests that the agent's door refuses. A WebSocket must not ask that: browsers
 * hold back whoever's WebSockets find nobody (Chromium each of them for 1 to 5 s after about eight, Firefox for up to a minute).
 */
export async function answering(ports: readonly number[]): Promise<number[]> {
  const answers = await Promise.all(ports.map(answersAt))
  return ports.filter((_, index) => answers[index])
}

/** The `silent` ones are asked until one of them answers. A port that answers already and falls silent is one of them from then on. */
export async function whenAnswering(ports: readonly number[], silent: readonly number[], signal: AbortSignal): Promise<void> {
  let before = silent
  for (;;) {
    await pause(signal)
    const now = await answering(ports)
    signal.throwIfAborted()
    if (before.some((port) => now.includes(port))) return
    before = ports.filter((port) => !now.includes(port))
  }
}

/** With what the hello takes, a batch goes on within 2 s of the agent's return. */
const pauseMs = 800

async function answersAt(port: number): Promise<boolean> {
  try {
    // Where the extension may not read 127.0.0.1, an opaque answer says enough.
    await fetch(`http://127.0.0.1:${port}/`, { method: 'HEAD', mode: 'no-cors', cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(limits.helloMs) })
    return true
  } catch {
    return false
  }
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, pauseMs)
    signal.addEventListener('abort', stop, { once: true })
  })
}
