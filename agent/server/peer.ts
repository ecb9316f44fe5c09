import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { endianness } from 'node:os'

export type Ends = Pick<Socket, 'remoteAddress' | 'remotePort' | 'localAddress' | 'localPort'>

/**
 * Whose the other end of a loopback connection is. A PC may have several users at a time (a terminal server has many), and Linux tells
 * the owner of every socket (/proc/net/tcp). Where the operating system has no such table (Windows tells it through native calls only),
 * nobody is taken for another user, and the pairing alone keeps them out.
 */
export class Peers {
  readonly #four: Table
  readonly #six: Table

  constructor(readTable = (file: string) => readFile(file, 'latin1')) {
    this.#four = new Table('/proc/net/tcp', readTable)
    this.#six = new Table('/proc/net/tcp6', readTable)
  }

  async isOtherUser(ends: Ends): Promise<boolean> {
    const ownUser = process.getuid?.()
    if (ownUser === undefined || process.platform !== 'linux') return false
    const four = await this.#four.read()
    const owner = ownerIn(four, ends, '')
    if (owner !== undefined) return owner !== ownUser
    const six = await this.#six.read()
    if (four === undefined && six === undefined) return false
    // A connection that is in no table is gone already.
    return ownerIn(six, ends, mapped) !== ownUser
  }
}

/** Read after it was asked for, but once for all who asked meanwhile: a flood of connections must not keep the agent busy. */
class Table {
  readonly #read: () => Promise<string | undefined>
  #underWay: Promise<string | undefined> | undefined
  #next: Promise<string | undefined> | undefined

  constructor(file: string, readTable: (file: string) => Promise<string>) {
    // IPv6 may be switched off, and a sandbox may hide both.
    this.#read = () => readTable(file).catch(() => undefined).finally(() => (this.#underWay = undefined))
  }

  /** Undefined where there is none. */
  read(): Promise<string | undefined> {
    if (this.#underWay === undefined) return (this.#underWay = this.#read())
    return (this.#next ??= this.#underWay.then(() => {
      this.#next = undefined
      return (this.#underWay = this.#read())
    }))
  }
}

/** How a socket of IPv6 writes an address of IPv4, in words of this machine's byte order. */
const mapped = endianness() === 'LE' ? '0000000000000000FFFF0000' : '00000000000000000000FFFF'

/**
 * By the row of the other end: its own address and port are local there, ours are remote. Both in full, since another user may use
 * the same port of another loopback address.
 */
function ownerIn(table: string | undefined, { remoteAddress, remotePort, localAddress, localPort }: Ends, prefix: string): number | undefined {
  const theirs = `${prefix}${addressText(remoteAddress)}:${portText(remotePort)}`
  const ours = `${prefix}${addressText(localAddress)}:${portText(localPort)}`
  // One search of the whole: a table may have thousands of rows. After the addresses come state, queues, timer, retransmits, user.
  const row = new RegExp(`: ${theirs} ${ours} [0-9A-F]+ +[^ ]+ +[^ ]+ +[^ ]+ +(\\d+)`).exec(table ?? '')
  return row?.[1] === undefined ? undefined : Number(row[1])
}

function addressText(address = ''): string {
  const bytes = address.replace('::ffff:', '').split('.').map((part) => Number(part).toString(16).toUpperCase().padStart(2, '0'))
  return (endianness() === 'LE' ? bytes.reverse() : bytes).join('')
}

function portText(port = 0): string {
  return port.toString(16).toUpperCase().padStart(4, '0')
}
