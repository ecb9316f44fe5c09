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
  readonly #readTable: (file: string) => Promise<string>
  #underWay: Promise<Table[]> | undefined
  #next: Promise<Table[]> | undefined

  constructor(readTable = (file: string) => readFile(file, 'latin1')) {
    this.#readTable = readTable
  }

  async isOtherUser(ends: Ends): Promise<boolean> {
    const ownUser = process.getuid?.()
    if (ownUser === undefined || process.platform !== 'linux') return false
    const tables = await this.#tables()
    if (tables.length === 0) return false
    // A connection that is in no table is gone already.
    return ownerOf(tables, ends) !== ownUser
  }

  /** Read after it was asked for, but once for all who asked meanwhile: a flood of connections must not keep the agent busy. */
  #tables(): Promise<Table[]> {
    if (this.#underWay === undefined) return (this.#underWay = this.#read())
    return (this.#next ??= this.#underWay.then(() => {
      this.#next = undefined
      return (this.#underWay = this.#read())
    }))
  }

  async #read(): Promise<Table[]> {
    const [four, six] = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((file) => this.#readTable(file).catch(() => undefined)))
    this.#underWay = undefined
    return [{ text: four, prefix: '' }, { text: six, prefix: mapped }].flatMap(({ text, prefix }) => (text === undefined ? [] : { text, prefix }))
  }
}

interface Table {
  text: string
  /** Of an address of IPv4 in it. */
  prefix: string
}

/** How a socket of IPv6 writes an address of IPv4, in words of this machine's byte order. */
const mapped = endianness() === 'LE' ? '0000000000000000FFFF0000' : '00000000000000000000FFFF'

/**
 * By the row of the other end: its own address and port are local there, ours are remote. Both in full, since another user may use
 * the same port of another loopback address.
 */
function ownerOf(tables: readonly Table[], { remoteAddress, remotePort, localAddress, localPort }: Ends): number | undefined {
  for (const { text, prefix } of tables) {
    const theirs = `${prefix}${addressText(remoteAddress)}:${portText(remotePort)}`
    const ours = `${prefix}${addressText(localAddress)}:${portText(localPort)}`
    // One search of the whole: a table may have thousands of rows. After the addresses come state, queues, timer, retransmits, user.
    const row = new RegExp(`: ${theirs} ${ours} [0-9A-F]+ +[^ ]+ +[^ ]+ +[^ ]+ +(\\d+)`).exec(text)
    if (row?.[1] !== undefined) return Number(row[1])
  }
  return undefined
}

function addressText(address = ''): string {
  const bytes = address.replace('::ffff:', '').split('.').map((part) => Number(part).toString(16).toUpperCase().padStart(2, '0'))
  return (endianness() === 'LE' ? bytes.reverse() : bytes).join('')
}

function portText(port = 0): string {
  return port.toString(16).toUpperCase().padStart(4, '0')
}
