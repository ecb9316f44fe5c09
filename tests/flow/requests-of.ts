import { readFileSync } from 'node:fs'

interface NetLog {
  constants: { logEventTypes: Record<string, number> }
  events: { type: number; params?: { url?: string; initiator?: string } }[]
}

/** Every address that pages and workers of this origin asked for, WebSockets included, by the log of the browser's own network stack. */
export function requestsOf(initiator: string, netLog: string): string[] {
  const { constants, events } = JSON.parse(readFileSync(netLog, 'utf8')) as NetLog
  const started = constants.logEventTypes['URL_REQUEST_START_JOB']
  return events.filter(({ type, params }) => type === started && params?.initiator === initiator).flatMap(({ params }) => params?.url ?? [])
}
