import type { Readable, Writable } from 'node:stream'
import * as v from 'valibot'
import { refusal, refusalOf, refuse } from '../../shared/errors.ts'
import { firefoxExtensionId } from '../../shared/protocol/extension-ids.ts'
import { NativeToAgent, type NativeToExtension } from '../../shared/protocol/native.ts'
import { protocolVersion } from '../../shared/protocol/version.ts'
import { findAgent, type FindOptions } from './find-agent.ts'
import { encodeFrame, readFrame } from './frames.ts'
import { logHostCall } from './host-log.ts'
import { browserAmong, type Ancestor } from './parent.ts'
import { makeTicket } from './tickets.ts'

export interface HostParts extends FindOptions {
  input: Readable
  output: Writable
  ancestors: readonly Ancestor[]
  /** Chromium extensions that the settings add to the pinned ones. */
  extensionOrigins: readonly string[]
  /** What the browser started us with: an origin (Chromium), or the manifest and the extension's id (Firefox). */
  words: readonly string[]
}

/** Reads the one question of the extension, answers it, and is done. It speaks to nobody but who started it. */
export async function answerNative(parts: HostParts): Promise<void> {
  const { home, ancestors, output } = parts
  let asked = '?'
  let answer: NativeToExtension
  try {
    const question = await readQuestion(parts.input)
    asked = question.wants
    answer = await answerTo(question, parts)
  } catch (thrown) {
    answer = { kind: 'native', step: 'refused', refusal: refusalOf(thrown) }
  }
  const answered = answer.step === 'refused' ? answer.refusal.code : answer.step
  logHostCall(home, { parent: ancestors.map(({ program }) => program).join(' < ') || '?', asked, answered })
  await new Promise<void>((resolve) => output.write(encodeFrame(answer), () => resolve()))
}

async function readQuestion(input: Readable): Promise<NativeToAgent> {
  try {
    return v.parse(NativeToAgent, await readFrame(input))
  } catch (cause) {
    return refuse('message-malformed', { kind: 'native' }, cause)
  }
}

async function answerTo({ version, wants }: NativeToAgent, parts: HostParts): Promise<NativeToExtension> {
  const browserProgram = browserAmong(parts.ancestors)
  const caller = callerOf(parts)
  if (browserProgram === undefined || caller === undefined) refuse('agent-not-paired')
  if (version !== protocolVersion) {
    return { kind: 'native', step: 'refused', refusal: refusal('version-mismatch', { agent: String(protocolVersion), extension: String(version) }) }
  }
  const port = await findAgent(parts)
  const found = { kind: 'native', step: 'agent', version: protocolVersion, port } as const
  if (wants === 'port') return found
  return { ...found, ticket: makeTicket(parts.home, { browserProgram, ...(caller === firefoxExtensionId ? {} : { origin: caller }) }) }
}

/** The browser lets only extensions of the manifest start us; the words are looked at all the same. */
function callerOf({ words, extensionOrigins }: HostParts): string | undefined {
  const [first = '', second] = words
  if (second === firefoxExtensionId) return second
  const origin = first.replace(/\/$/, '')
  return extensionOrigins.includes(origin) ? origin : undefined
}
