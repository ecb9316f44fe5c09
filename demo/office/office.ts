import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createAuthority, type Credential } from '../authority/authority.ts'
import { serveAuthority, type AuthorityServers } from '../authority/serve-authority.ts'
import type { SeedCounts } from '../seed/seed-counts.ts'
import { startDocumentSystem, type DocumentSystem } from '../start.ts'
import { startAgentProcess, type AgentProcess } from './agent-process.ts'
import { makeToken, type DemoToken, type TokenKind } from './token.ts'

/** All that stands on the desk of one clerk: document system, token, agent. The browser comes on top. */
export interface Office {
  folder: string
  system: DocumentSystem
  token: DemoToken
  agent: AgentProcess
  /** PEM of the root that certified the clerk. */
  rootFile: string
  /** PEM of the authority between that root and the clerk. */
  issuingFile: string
  /** The authority's servers, where the office signs with time stamps. */
  servers: AuthorityServers | undefined
  /** Answers of the scripted pinentry, where it is used; a new file for each change. */
  answer(answers: Answers): Promise<void>
  /** One JSON line for each question that the scripted pinentry was asked. */
  promptLog: string
  /** The same agent again, after it was stopped or killed. */
  restartAgent(): Promise<void>
  close(): Promise<void>
}

/** What the scripted pinentry answers; see ../scripted-pinentry.js. */
export interface Answers {
  pin?: string
  confirm?: boolean
  first?: ('cancel' | { pin: string })[]
  waitFor?: string
}

export interface OfficeOptions {
  folder: string
  token: TokenKind
  /** Of the token; the demo's own where none is said. */
  pin?: string
  documents?: Partial<SeedCounts>
  /** `scripted`: no window, answers from a file. `window`: the pinentry of this PC asks the person. */
  pinentry: 'scripted' | 'window'
  /** A PKCS#11 library that passes every call on to the token's own, and does to it what it is told. */
  throughModule?: { module: string; environment: Record<string, string> }
  language?: 'vi' | 'en'
  systemPort?: number
  /** With the authority's servers: each signature gets a time stamp (B-T), and the authority is asked about the certificate. Else B-B. */
  stamped?: boolean
  /** More of the agent's settings.json. */
  settings?: Record<string, unknown>
  credential?: (authority: Awaited<ReturnType<typeof createAuthority>>) => Promise<Credential>
  onOutput?: (text: string) => void
}

const scriptedPinentry = path.resolve(import.meta.dirname, '../scripted-pinentry.js')

export async function openOffice(options: OfficeOptions): Promise<Office> {
  const { folder } = options
  const home = path.join(folder, 'agent')
  await mkdir(home, { recursive: true, mode: 0o700 })
  const servers = options.stamped === true ? await serveAuthority(path.join(folder, 'authority')) : undefined
  const authority = servers?.authority ?? (await createAuthority(path.join(folder, 'authority')))
  const rootFile = path.join(folder, 'authority', 'root.pem')
  const issuingFile = path.join(folder, 'authority', 'issuing.pem')
  const makeCredential = options.credential ?? issueToLeader
  const token = through(await makeToken(options.token, path.join(folder, `token-${options.token}`), () => makeCredential(authority), options.pin), options.throughModule)
  const system = await startDocumentSystem({
    folder: path.join(folder, 'system'),
    authority,
    ...(options.systemPort === undefined ? {} : { port: options.systemPort }),
    ...(options.documents === undefined ? {} : { documents: options.documents }),
  })
  await writeFile(path.join(home, 'settings.json'), JSON.stringify({ ...settingsOf(options, system), ...(servers && (await stampSettings(folder, servers))), ...options.settings }, null, 2), { mode: 0o600 })
  const answersFile = path.join(folder, 'answers.json')
  const promptLog = path.join(folder, 'prompts.jsonl')
  const answer = (answers: Answers): Promise<void> => writeAnswers(answersFile, { log: promptLog, ...answers })
  await answer({ pin: token.pin, confirm: true })
  const scripted = options.pinentry === 'scripted'
  const start = (): Promise<AgentProcess> =>
    startAgentProcess({
      home,
      tokenOptions: [token.option],
      ...(scripted ? { pinentry: scriptedPinentry } : {}),
      environment: { ...token.environment, ...(scripted ? { ANTIN_PINENTRY_SCRIPT: answersFile } : {}) },
      ...(options.onOutput === undefined ? {} : { onOutput: options.onOutput }),
    })
  const office: Office = {
    folder,
    system,
    token,
    rootFile,
    issuingFile,
    servers,
    promptLog,
    answer,
    agent: await start(),
    async restartAgent() {
      office.agent = await start()
    },
    async close() {
      await office.agent.stop()
      await system.close()
      await servers?.close()
      await rm(answersFile, { force: true })
    },
  }
  return office
}

function through(token: DemoToken, between: OfficeOptions['throughModule']): DemoToken {
  if (between === undefined) return token
  return { ...token, option: `pkcs11:${between.module}`, environment: { ...token.environment, ...between.environment } }
}

function issueToLeader(authority: Awaited<ReturnType<typeof createAuthority>>): Promise<Credential> {
  return authority.issue({
    profile: 'leader',
    name: 'Nguyễn Hữu Thành',
    organisation: 'Sở Nội vụ tỉnh Sơn Lâm',
    locality: 'Sơn Lâm',
    title: 'Giám đốc',
    email: 'nguyenhuuthanh@sonlam.example',
  })
}

function settingsOf(options: OfficeOptions, system: DocumentSystem): Record<string, unknown> {
  return {
    language: options.language ?? 'vi',
    listedSites: [system.origin],
    appearance: { visible: true, signatureImage: system.images.signature, sealImage: system.images.seal },
  }
}

/** What an administrator writes to have signatures stamped; the root alone is an anchor. */
async function stampSettings(folder: string, { authority, host, timeStampUrl }: AuthorityServers): Promise<Record<string, unknown>> {
  const rootsFolder = path.join(folder, 'roots')
  await mkdir(rootsFolder, { recursive: true })
  await writeFile(path.join(rootsFolder, 'root.pem'), authority.root.certificatePem)
  return { rootsFolder, evidenceHosts: [host], timeStamp: { url: timeStampUrl }, level: 'B-T' }
}

/** Only its owner may read the file: it holds the PIN of the demo's token. */
async function writeAnswers(file: string, answers: object): Promise<void> {
  await writeFile(file, JSON.stringify(answers), { mode: 0o600 })
  await chmod(file, 0o600)
}
