import { homeFolder } from '../settings/home.ts'
import { readSettings } from '../settings/read-settings.ts'
import type { AskServer } from '../trust/server-question.ts'
import { createAskServer } from '../trust/ask-server.ts'
import type { TimeStampService } from '../trust/request-time-stamp.ts'
import { certificatesIn, readCertificates } from '../trust/certificate-files.ts'

/** Whom `sign` and `extend` trust and ask, for `parseArgs`. */
export const trustOptions = {
  tsa: { type: 'string' },
  'tsa-policy': { type: 'string' },
  root: { type: 'string', multiple: true, default: [] as string[] },
  intermediate: { type: 'string', multiple: true, default: [] as string[] },
  host: { type: 'string', multiple: true, default: [] as string[] },
  home: { type: 'string' },
} as const

export const trustUsage = `  --tsa URL                      the time-stamp server (RFC 3161), beside that of the settings
  --tsa-policy OID               take only time stamps of this policy
  --root FILE                    trust these root certificates (PEM or DER), beside those of the settings; may be repeated
  --intermediate FILE            certificates that may be missing below a root; may be repeated
  --host HOST[:PORT]             ask this server of an authority for revocation and issuers, beside those of the settings;
                                 may be repeated; no other is asked
  --home DIR                     the settings folder (default: ANTIN_HOME, else the state folder of this user)
`

export interface CliTrust {
  roots: Uint8Array[]
  intermediates: Uint8Array[]
  timeStamp: TimeStampService | undefined
  askServer: AskServer
}

interface TrustValues {
  tsa?: string | undefined
  'tsa-policy'?: string | undefined
  root: string[]
  intermediate: string[]
  host: string[]
  home?: string | undefined
}

/** @throws Error that says what is wrong, SettingsError */
export function readTrust(values: TrustValues): CliTrust {
  const { settings } = readSettings({ home: values.home ?? homeFolder() })
  const known = settings.rootsFolder === undefined ? [] : certificatesIn(settings.rootsFolder)
  const timeStamp = timeStampFrom(values) ?? settings.timeStamp
  const hosts = [...settings.evidenceHosts, ...values.host.map(hostFrom), ...(timeStamp === undefined ? [] : [hostOf(timeStamp.url)])]
  return {
    roots: [...known, ...values.root.flatMap(readCertificates)],
    intermediates: values.intermediate.flatMap(readCertificates),
    timeStamp,
    askServer: createAskServer({ hosts }),
  }
}

function timeStampFrom({ tsa, 'tsa-policy': policy }: TrustValues): TimeStampService | undefined {
  if (tsa === undefined) return undefined
  hostOf(tsa)
  if (policy !== undefined && !/^[0-2](\.\d+)+$/.test(policy)) throw new Error(`--tsa-policy takes an object identifier, not "${policy}"`)
  return { url: tsa, policy }
}

function hostOf(address: string): string {
  const url = URL.parse(address)
  if (url === null || !/^https?:$/.test(url.protocol)) throw new Error(`--tsa takes an http or https address, not "${address}"`)
  return url.host
}

function hostFrom(text: string): string {
  const host = text.toLowerCase()
  if (URL.parse(`http://${host}/`)?.host !== host) throw new Error(`--host takes HOST or HOST:PORT, not "${text}"`)
  return host
}
