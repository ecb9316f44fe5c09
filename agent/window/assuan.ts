import type { Readable, Writable } from 'node:stream'

/**
 * The client's side of the Assuan protocol, as far as a pinentry needs it (Assuan manual, "Client requests" and
 * "Server responses"): lines of at most 1,000 bytes, `D` lines with percent escapes, `OK` or `ERR` at the end.
 */
export interface AssuanReply {
  /** What the `D` lines brought, decoded. */
  data: string
  error: AssuanError | undefined
}

export interface AssuanError {
  /** The error code of libgpg-error, without its source (the low 16 bits). */
  code: number
  text: string
}

/** The other side closed the line before it had answered. */
export class AssuanClosed extends Error {
  override readonly name = 'AssuanClosed'
}

const lineBytes = 1_000
const linesKept = 50
const mark = '…'

export class AssuanClient {
  readonly #lines: AsyncIterator<string>
  readonly #output: Writable

  constructor(input: Readable, output: Writable) {
    this.#lines = linesOf(input)
    this.#output = output
  }

  /** Waits for the `OK` that a server says first. */
  greeting(): Promise<AssuanReply> {
    return this.#reply()
  }

  /** @param text is escaped, and cut where the request would grow too long for one line */
  send(command: string, text?: string): Promise<AssuanReply> {
    this.#output.write(commandLine(command, text))
    return this.#reply()
  }

  async #reply(): Promise<AssuanReply> {
    let data = ''
    while (true) {
      const next = await this.#lines.next()
      if (next.done === true) throw new AssuanClosed('the pinentry closed its line')
      const line = next.value
      if (line === 'OK' || line.startsWith('OK ')) return { data: decoded(data), error: undefined }
      if (line.startsWith('ERR ')) return { data: '', error: errorOf(line) }
      if (line.startsWith('D ')) data += line.slice(2)
      // Nothing that we send lets a pinentry inquire; "END" says that there is nothing to tell.
      if (line.startsWith('INQUIRE ')) this.#output.write('END\n')
    }
  }
}

/** One request, with its line end. */
export function commandLine(command: string, text?: string): string {
  if (text === undefined) return `${command}\n`
  return `${command} ${escaped(fitted(text, lineBytes - Buffer.byteLength(command) - 1))}\n`
}

/** Where a text is too long its longest lines are cut, so that the others, down to the last, stay whole. */
function fitted(text: string, roomBytes: number): string {
  const lines = text.split('\n', linesKept)
  const capped = (capBytes: number): string => lines.map((line) => cut(line, capBytes)).join('\n')
  let [low, high] = [0, roomBytes]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (sizeOf(capped(middle)) <= roomBytes) low = middle
    else high = middle - 1
  }
  return capped(low)
}

function cut(line: string, capBytes: number): string {
  if (sizeOf(line) <= capBytes) return line
  let kept = ''
  let sizeBytes = sizeOf(mark)
  for (const character of line) {
    sizeBytes += sizeOf(character)
    if (sizeBytes > capBytes) break
    kept += character
  }
  return kept === '' ? '' : kept + mark
}

function sizeOf(text: string): number {
  return Buffer.byteLength(escaped(text))
}

function escaped(text: string): string {
  return text.replaceAll(/[%\r\n]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

/** @param data bytes as Latin-1, so that an escape inside a UTF-8 sequence is still a byte */
function decoded(data: string): string {
  const bytes = data.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

function errorOf(line: string): AssuanError {
  const [, number = '0', text = ''] = /^ERR (\d+) ?(.*)$/.exec(line) ?? []
  return { code: Number(number) & 0xffff, text }
}

async function* linesOf(input: Readable): AsyncGenerator<string> {
  let rest = ''
  input.setEncoding('latin1')
  for await (const chunk of input as AsyncIterable<string>) {
    rest += chunk
    let end
    while ((end = rest.indexOf('\n')) >= 0) {
      yield rest.slice(0, end).replace(/\r$/, '')
      rest = rest.slice(end + 1)
    }
  }
}
