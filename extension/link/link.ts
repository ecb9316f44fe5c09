import { refusal, refusalOf, RefusalError, type Refusal } from '../../shared/errors.ts'
import type { LinkView, PairingAwaits } from '../../shared/messages/view.ts'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import { limits } from '../../shared/protocol/limits.ts'
import { Connection } from './connection.ts'
import { findAgent, findDoor, NoAgent, type FoundAgent } from './find-agent.ts'
import { Mending } from './mending.ts'
import { askHost, type AskNative, type ToldByHost } from './native-host.ts'
import { pair, pairWithTicket } from './pair.ts'
import type { Pairing } from './pairing-keys.ts'
import type { PairingStore } from './pairing-store.ts'
import { openSocket, SocketClosed, type Socket } from './socket.ts'

export interface AgentPorts {
  list: readonly number[]
  /** By policy: nothing else is tried, whoever names it. */
  fixed: boolean
}

export interface LinkSettings {
  /** Of the extension, exactly as the browser sends it in the Origin header. */
  origin: string
  /** How the agent's pairing window calls this browser. */
  browserName: string
  ports: () => Promise<AgentPorts>
  askNative: AskNative
  pairings: PairingStore
  onState: (state: LinkView) => void
  /** Called every 20 s while a pairing waits for the clerk, or whoever needs the link for the agent: nothing travels then that would keep the worker alive. */
  stayAwake: () => void
  /** A proven connection stands; its messages begin after this call. */
  onConnection: (connection: Connection) => void
}

/** The one connection to the agent: found, proven, and found again when it breaks while somebody needs it. */
export class Link {
  private readonly settings: LinkSettings
  private state: LinkView = { state: 'connecting' }
  private connection: Connection | undefined
  private attempt: Promise<void> | undefined
  private pairing: { agree: () => void; refuse: () => void } | undefined
  /** Where the last pairing came to nothing: on a PC of several users another one's agent may answer first. */
  private doubted: number | undefined
  private needed = false
  private stoodAt = 0
  private readonly mending: Mending

  constructor(settings: LinkSettings) {
    this.settings = settings
    this.mending = new Mending({ ports: () => this.agentPorts(), connect: () => void this.connect(), stayAwake: settings.stayAwake })
  }

  get view(): LinkView {
    return this.state
  }

  /** The connection, or the reason why there is none. */
  get ready(): Connection {
    if (this.connection === undefined) throw new RefusalError(this.state.state === 'unpaired' ? refusal('agent-not-paired') : reasonIn(this.state))
    return this.connection
  }

  /** While it is needed, a broken link is mended by itself. */
  need(needed: boolean): void {
    this.needed = needed
    if (needed) void this.connect()
    else this.mending.end()
  }

  /** Connects now, unless a connection stands, is under way, or a pairing is. Never throws: the state tells the outcome. */
  connect(): Promise<void> {
    if (this.connection !== undefined || this.pairing !== undefined) return Promise.resolve()
    this.mending.end()
    this.attempt ??= this.open().finally(() => {
      this.attempt = undefined
    })
    return this.attempt
  }

  /** Refuses with the reason when it does not come to a pairing. Afterwards it connects, or says again that it is not paired. */
  async pair(): Promise<void> {
    if (this.pairing !== undefined) return
    const refused = new AbortController()
    const agreed = new Promise<void>((agree) => {
      this.pairing = { agree, refuse: () => refused.abort() }
    })
    try {
      await this.attempt
      this.connection?.close()
      this.become({ state: 'connecting' })
      const told = await askHost(this.settings.askNative, 'ticket')
      if (await this.pairSilently(told)) return
      const door = await findDoor(lastly(await this.portsWith(told), this.doubted))
      this.doubted = door.port
      await this.pairAt(door, agreed, refused.signal)
      this.doubted = undefined
    } finally {
      this.pairing = undefined
      await this.connect()
    }
  }

  /** The clerk saw the same digits in a window of the agent. */
  agreeDigits(): void {
    // Before there are digits to be seen, nobody can have compared them.
    if (this.state.state === 'pairing') this.pairing?.agree()
  }

  cancelPairing(): void {
    this.pairing?.refuse()
  }

  /** The clerk takes this browser off the agent's list, or forgets a pairing whose agent is gone. */
  async unpair(): Promise<void> {
    const own = await this.settings.pairings.read()
    await this.settings.pairings.forget()
    // The agent hangs up by itself then.
    if (this.connection !== undefined && own !== undefined) this.connection.send({ kind: 'pairings', step: 'revoke', pairingId: own.pairingId })
    else await this.connect()
  }

  /** The key is kept, in the place of an earlier one, only when both sides of the comparison agreed. */
  private async pairAt(door: Socket, agreed: Promise<void>, refused: AbortSignal): Promise<void> {
    const { origin, browserName, pairings } = this.settings
    const show = (digits: string, awaits: PairingAwaits): void => this.become({ state: 'pairing', digits, awaits })
    const awake = setInterval(() => this.settings.stayAwake(), limits.tickMs)
    try {
      await pairings.write(await pair(door, { origin, name: browserName, show, agreed, refused }))
    } finally {
      clearInterval(awake)
    }
  }

  /** Without the clerk, where the browser has let this extension talk to a host of this user's own agent. @returns whether it is paired now */
  private async pairSilently(told: ToldByHost | undefined): Promise<boolean> {
    if (told?.ticket === undefined) return false
    const { origin, browserName: name, pairings } = this.settings
    const { list, fixed } = await this.settings.ports()
    if (fixed && !list.includes(told.port)) return false
    try {
      await pairings.write(await pairWithTicket(await openSocket(told.port, limits.helloMs), { origin, name }, told.ticket))
      return true
    } catch {
      // The clerk compares digits then.
      return false
    }
  }

  private async portsWith(told: ToldByHost | undefined): Promise<readonly number[]> {
    const { list, fixed } = await this.settings.ports()
    return told === undefined || fixed ? list : [told.port, ...list.filter((port) => port !== told.port)]
  }

  private async open(): Promise<void> {
    if (this.state.state !== 'connecting') this.become({ state: 'connecting' })
    try {
      const { pairings } = this.settings
      const pairing = (await pairings.read()) ?? (await this.firstPairing())
      const ports = await this.agentPorts()
      if (pairing === undefined) {
        const door = await findDoor(ports)
        door.close()
        this.become({ state: 'unpaired' })
        return
      }
      const { socket, agentVersion } = await this.find(ports, pairing)
      if (socket.port !== pairing.port) await pairings.write({ ...pairing, port: socket.port })
      this.stand(new Connection(socket, agentVersion))
    } catch (error) {
      this.become({ state: 'down', refusal: refusalOf(error) })
      this.tryLater(error instanceof NoAgent ? error.silent : undefined)
    }
  }

  /** One that was revoked is not made again behind the clerk's back. */
  private async firstPairing(): Promise<Pairing | undefined> {
    const { pairings, askNative } = this.settings
    if (await pairings.wasForgotten()) return undefined
    return (await this.pairSilently(await askHost(askNative, 'ticket'))) ? pairings.read() : undefined
  }

  /** Where nobody answers, the host starts the agent, or knows a port of which we do not. */
  private async find(ports: readonly number[], pairing: Pairing): Promise<FoundAgent> {
    const { origin, askNative } = this.settings
    try {
      return await findAgent(ports, origin, pairing)
    } catch (error) {
      const told = await askHost(askNative, 'port')
      if (told === undefined) throw error
      return findAgent(await this.portsWith(told), origin, pairing)
    }
  }

  private stand(connection: Connection): void {
    this.connection = connection
    this.stoodAt = Date.now()
    connection.gone.addEventListener('abort', () => this.fall(connection.gone.reason as RefusalError))
    this.become({ state: 'ready', agentVersion: connection.agentVersion })
    this.settings.onConnection(connection)
  }

  private fall(reason: RefusalError): void {
    this.connection = undefined
    this.mending.hasStood(Date.now() - this.stoodAt)
    const { refusal: value, cause } = reason
    const isRevoked = value.code === 'agent-not-paired'
    this.become(isRevoked ? { state: 'unpaired' } : { state: 'down', refusal: value })
    if (isRevoked) void this.settings.pairings.forget()
    // Two workers of one browser must not push each other out for ever.
    if (!(cause instanceof SocketClosed && cause.code === closeCodes.replaced)) this.tryLater()
  }

  private tryLater(silent?: readonly number[]): void {
    if (this.needed && this.state.state !== 'unpaired') this.mending.begin(silent)
  }

  /** Where the agent was last, and where it may be. */
  private async agentPorts(): Promise<readonly number[]> {
    const { list, fixed } = await this.settings.ports()
    const own = await this.settings.pairings.read()
    return own === undefined || fixed ? list : [...new Set([own.port, ...list])]
  }

  private become(state: LinkView): void {
    this.state = state
    this.settings.onState(state)
  }
}

function lastly(ports: readonly number[], port: number | undefined): number[] {
  return [...ports.filter((other) => other !== port), ...ports.filter((other) => other === port)]
}

function reasonIn(state: LinkView): Refusal {
  return state.state === 'down' ? state.refusal : refusal('agent-unreachable')
}
