import { refuse } from '../../shared/errors.ts'
import { askPin, confirm, type ConfirmAnswer, type PinAnswer, type WindowOptions } from '../window/pinentry.ts'
import type { PinQuestion } from './host-calls.ts'

interface Surroundings {
  /** Takes the windows away. */
  signal: AbortSignal
  /** The process id of the window that is open; undefined when it is gone. */
  onWindow: (pid: number | undefined) => void
}

/**
 * The windows before a login: a warning where a wrong PIN may lock the token, then the PIN. Only a key host may call this.
 * @returns the PIN; undefined where the clerk only agreed, and types it on the token's own keys
 */
export async function askClerk(question: PinQuestion, { signal, onWindow }: Surroundings): Promise<string | undefined> {
  const { prompt, pinPad, mayLock, finalTry, pinentry, deadlineMs } = question
  const options: WindowOptions = { pinentry, deadlineMs, signal, onOpen: onWindow }
  try {
    if (mayLock) pinFrom(await confirm({ ...prompt, ...prompt.lockWarning }, options))
    const texts = finalTry ? { ...prompt, error: prompt.oneTryLeft } : prompt
    return pinFrom(pinPad ? await confirm(texts, options) : await askPin(texts, options))
  } finally {
    onWindow(undefined)
  }
}

function pinFrom(answer: PinAnswer | ConfirmAnswer): string | undefined {
  switch (answer.outcome) {
    case 'pin':
      return answer.pin
    case 'confirmed':
      return undefined
    case 'refused':
    case 'cancelled':
      return refuse('pin-cancelled')
    case 'expired':
      return refuse('consent-expired')
    case 'unavailable':
      return refuse('pin-window-missing', undefined, new Error(answer.reason))
  }
}
