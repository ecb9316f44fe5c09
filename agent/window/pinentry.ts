import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { AssuanClient, AssuanClosed, type AssuanError, type AssuanReply } from './assuan.ts'
import type { PinentryProgram } from './find-pinentry.ts'

/** The agent's own windows: each is a pinentry program that lives for one question. */
export interface WindowTexts {
  title: string
  description: string
  ok: string
  cancel: string
  /** A line in red, such as why the last PIN was refused. */
  error?: string
}

export interface WindowOptions {
  pinentry: PinentryProgram
  /** How long the person may take, in milliseconds. */
  deadlineMs: number
  /** Takes the window away again. */
  signal?: AbortSignal
  /** Tells the process id of the window as soon as it is there. */
  onOpen?: (pid: number) => void
}

export type PinAnswer = { outcome: 'pin'; pin: string } | { outcome: 'cancelled' } | { outcome: 'expired' } | Unavailable
export type ConfirmAnswer = { outcome: 'confirmed' } | { outcome: 'refused' } | { outcome: 'expired' } | Unavailable

/** No window could be shown; `reason` is for the journal. */
export interface Unavailable {
  outcome: 'unavailable'
  reason: string
}

/** Asks for a PIN. Only a key host may call this: the answer stays in the process that asked. */
export async function askPin(texts: WindowTexts & { prompt: string }, options: WindowOptions): Promise<PinAnswer> {
  const answer = await converse(options, async (client) => {
    await describe(client, texts)
    await said(client.send('SETPROMPT', texts.prompt))
    return client.send('GETPIN')
  })
  return 'outcome' in answer ? answer : answer.error === undefined ? { outcome: 'pin', pin: answer.data } : declined(answer.error, 'cancelled')
}

/** Asks a question that the person answers with yes or no, such as whether six digits are the same. */
export async function confirm(texts: WindowTexts, options: WindowOptions): Promise<ConfirmAnswer> {
  const answer = await converse(options, async (client) => {
    await describe(client, texts)
    return client.send('CONFIRM')
  })
  return 'outcome' in answer ? answer : answer.error === undefined ? { outcome: 'confirmed' } : declined(answer.error, 'refused')
}

/** Tells something; returns when the person has read it. */
export async function tell(texts: Omit<WindowTexts, 'cancel'>, options: WindowOptions): Promise<ConfirmAnswer> {
  const answer = await converse(options, async (client) => {
    await describe(client, texts)
    return client.send('MESSAGE')
  })
  return 'outcome' in answer ? answer : answer.error === undefined ? { outcome: 'confirmed' } : declined(answer.error, 'refused')
}

/** A pinentry refused a line of the set-up: then it shows no window that can be trusted to say what it should. */
class WindowRefused extends Error {
  override readonly name = 'WindowRefused'
}

async function describe(client: AssuanClient, texts: Omit<WindowTexts, 'cancel'> & { cancel?: string }): Promise<void> {
  await said(client.send('SETTITLE', texts.title))
  await said(client.send('SETDESC', texts.description))
  await said(client.send('SETOK', texts.ok))
  if (texts.cancel !== undefined) await said(client.send('SETCANCEL', texts.cancel))
  if (texts.error !== undefined) await said(client.send('SETERROR', texts.error))
}

async function said(reply: Promise<AssuanReply>): Promise<void> {
  const { error } = await reply
  if (error !== undefined) throw new WindowRefused(error.text)
}

/** Codes of libgpg-error (err-codes.h): 62 timeout, 99 cancelled, 114 not confirmed, 198 fully cancelled. */
function declined<Outcome extends string>(error: AssuanError, outcome: Outcome): { outcome: Outcome } | { outcome: 'expired' } | Unavailable {
  if (error.code === 62) return { outcome: 'expired' }
  if (error.code === 99 || error.code === 114 || error.code === 198) return { outcome }
  return { outcome: 'unavailable', reason: error.text }
}

type Ended = { outcome: 'expired' } | Unavailable

/** Starts the program, speaks with it, and ends it, whatever happens. */
async function converse(options: WindowOptions, ask: (client: AssuanClient) => Promise<AssuanReply>): Promise<AssuanReply | Ended> {
  if (options.signal?.aborted === true) return { data: '', error: cancelledByUs }
  const window = spawn(options.pinentry.program, [], { stdio: ['pipe', 'pipe', 'pipe'], env: windowEnvironment() })
  // What a toolkit grumbles about themes must not fill the pipe; what we write to a window that is gone is answered below.
  window.stderr.resume()
  window.stdin.on('error', () => undefined)
  const over = new AbortController()
  const stop = options.signal === undefined ? over.signal : AbortSignal.any([over.signal, options.signal])
  // At once, since whoever takes a window away may be about to end this process.
  stop.addEventListener('abort', () => window.kill('SIGKILL'), { once: true })
  const deadline = setTimeout(() => over.abort(), options.deadlineMs)
  try {
    return await Promise.race([speak(window, options, ask), stopped(stop, over.signal)])
  } finally {
    clearTimeout(deadline)
    over.abort()
  }
}

const cancelledByUs: AssuanError = { code: 99, text: 'taken away' }

async function stopped(stop: AbortSignal, over: AbortSignal): Promise<AssuanReply | Ended> {
  await once(stop, 'abort')
  return over.aborted ? { outcome: 'expired' } : { data: '', error: cancelledByUs }
}

async function speak(
  window: ChildProcessWithoutNullStreams,
  { pinentry, onOpen }: WindowOptions,
  ask: (client: AssuanClient) => Promise<AssuanReply>,
): Promise<AssuanReply | Ended> {
  try {
    await once(window, 'spawn')
    if (window.pid !== undefined) onOpen?.(window.pid)
    const client = new AssuanClient(window.stdout, window.stdin)
    await said(client.greeting())
    // An option that a pinentry does not know changes nothing of what it shows, so its answer does not count.
    await client.send('OPTION', `lc-ctype=${charset}`)
    await client.send('OPTION', `lc-messages=${charset}`)
    if (pinentry.terminal !== undefined) {
      await client.send('OPTION', `ttyname=${pinentry.terminal}`)
      await client.send('OPTION', `ttytype=${process.env.TERM ?? 'xterm'}`)
    }
    const answer = await ask(client)
    window.stdin.end('BYE\n')
    return answer
  } catch (cause) {
    if (cause instanceof AssuanClosed || cause instanceof WindowRefused || isSystemError(cause)) return { outcome: 'unavailable', reason: cause.message }
    throw cause
  }
}

function isSystemError(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && 'syscall' in thrown
}

/**
 * A locale that is always there and always UTF-8. Under the person's own one a pinentry shows question marks as
 * soon as that locale is not generated on this PC; all words in the window are ours anyway.
 */
const charset = 'C.UTF-8'

function windowEnvironment(): NodeJS.ProcessEnv {
  return process.platform === 'linux' ? { ...process.env, LANG: charset, LC_ALL: charset } : process.env
}
