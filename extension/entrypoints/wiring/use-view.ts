import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { browser } from 'wxt/browser'
import type { Command, CommandAnswer, View, ViewMessage } from '../../../shared/messages/view.ts'

export interface ViewOnScreen {
  /** Undefined until the background has told it for the first time. */
  view: View | undefined
  /** The refusal of the last command, until the next one. */
  answer: CommandAnswer | undefined
  /** When the view arrived, in milliseconds since 1970. */
  now: number
  send: (command: Command) => void
}

/** The background's view over the port `view`. `greetings` are sent on every new port and whenever the window comes to the front. */
export function useView(greetings: readonly Command[]): ViewOnScreen {
  const [view, setView] = useState<View>()
  const [answer, setAnswer] = useState<CommandAnswer>()
  const [now, setNow] = useState(Date.now())
  const pairing = useRef(false)
  const line = useMemo(() => new ViewLine(greetings, receive), [greetings])

  function receive(message: ViewMessage): void {
    if (message.kind === 'answer') {
      setAnswer(message.answer.refusal ? message.answer : undefined)
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
    line.send(command)
  }
  return { view, answer, now, send }
}

/** The port, opened again whenever the worker behind it was ended. */
class ViewLine {
  #port: ReturnType<typeof browser.runtime.connect> | undefined
  #wanted = false
  readonly #greetings: readonly Command[]
  readonly #receive: (message: ViewMessage) => void

  constructor(greetings: readonly Command[], receive: (message: ViewMessage) => void) {
    this.#greetings = greetings
    this.#receive = receive
  }

  open(): void {
    this.#wanted = true
    const port = browser.runtime.connect({ name: 'view' })
    port.onMessage.addListener((message: ViewMessage) => this.#receive(message))
    port.onDisconnect.addListener(() => {
      this.#port = undefined
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
