import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { browser } from 'wxt/browser'
import type { Command, CommandAnswer, View, ViewMessage } from '../../../shared/messages/view.ts'

export interface ViewOnScreen {
  /** Undefined until the background has told it for the first time. */
  view: View | undefined
  /** The refusal of the last command, until the next one. */
  answer: CommandAnswer | undefined
  /** The last command that is not answered yet. One whose worker was ended is given up: nobody will answer it. */
  pending: Command['kind'] | undefined
  /** When the view arrived, in milliseconds since 1970. */
  now: number
  send: (command: Command) => void
}

/** The background's view over the port `view`. `greetings` are sent on every new port and whenever the window comes to the front. */
export function useView(greetings: readonly Command[]): ViewOnScreen {
  const [view, setView] = useState<View>()
  const [answer, setAnswer] = useState<CommandAnswer>()
  const [pending, setPending] = useState<Command['kind']>()
  const [now, setNow] = useState(Date.now())
  const pairing = useRef(false)
  const line = useMemo(() => new ViewLine(greetings, { receive, dropped: () => setPending(undefined) }), [greetings])

  function receive(message: ViewMessage): void {
    if (message.kind === 'answer') {
      setAnswer(message.answer.refusal ? message.answer : undefined)
      setPending((kind) => (kind === message.answer.about ? undefined : kind))
    } else {
      pairing.current = message.view.link.state === 'pairing'
      setView(message.view)
      setNow(Date.now())
    }
  }

  useEffect(() => {
    line.open()
    // While the clerk compares digits, going to the agent's window and back must disturb nothing.
    const greet = () => {
      if (!pairing.current) line.greet()
    }
    addEventListener('focus', greet)
    return () => {
      removeEventListener('focus', greet)
      line.close()
    }
  }, [line])

  const send = (command: Command) => {
    setAnswer(undefined)
    setPending(command.kind)
    line.send(command)
  }
  return { view, answer, pending, now, send }
}

interface LineEvents {
  receive: (message: ViewMessage) => void
  /** The worker at the other end is gone, and the commands that it had with it. */
  dropped: () => void
}

/** The port, opened again whenever the worker behind it was ended. */
class ViewLine {
  #port: ReturnType<typeof browser.runtime.connect> | undefined
  #wanted = false
  readonly #greetings: readonly Command[]
  readonly #on: LineEvents

  constructor(greetings: readonly Command[], on: LineEvents) {
    this.#greetings = greetings
    this.#on = on
  }

  open(): void {
    this.#wanted = true
    const port = browser.runtime.connect({ name: 'view' })
    port.onMessage.addListener((message: ViewMessage) => this.#on.receive(message))
    port.onDisconnect.addListener(() => {
      this.#port = undefined
      this.#on.dropped()
      if (this.#wanted) setTimeout(() => this.#reopen(), reopenMs)
    })
    this.#port = port
    this.greet()
  }

  greet(): void {
    for (const command of this.#greetings) this.send(command)
  }

  send(command: Command): void {
    if (!this.#port) this.open()
    this.#port?.postMessage(command)
  }

  close(): void {
    this.#wanted = false
    this.#port?.disconnect()
    this.#port = undefined
  }

  #reopen(): void {
    if (this.#wanted && !this.#port) this.open()
  }
}

/** Not at once: a background that fails at its start must not be started in a tight circle. */
const reopenMs = 200
