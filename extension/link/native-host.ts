import * as v from 'valibot'
import { NativeToExtension, type NativeToAgent } from '../../shared/protocol/native.ts'
import { protocolVersion } from '../../shared/protocol/version.ts'

/** Says something to the native-messaging host through the browser, which starts it for that. Rejects where there is none. */
export type AskNative = (question: NativeToAgent) => Promise<unknown>

export type ToldByHost = Extract<NativeToExtension, { step: 'agent' }>

/** The host may have to start the agent first. */
const answerMs = 20_000

/**
 * Where this user's own agent listens, and a ticket to be paired with it. Undefined where no host is registered with this browser, or
 * it cannot help: then everything goes as it does without one.
 */
export async function askHost(ask: AskNative, wants: NativeToAgent['wants']): Promise<ToldByHost | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the native-messaging host is silent')), answerMs)
    })
    const answer = v.parse(NativeToExtension, await Promise.race([ask({ kind: 'native', step: 'ask', version: protocolVersion, wants }), late]))
    return answer.step === 'agent' && answer.version === protocolVersion ? answer : undefined
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}
