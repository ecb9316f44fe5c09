/** Holds back what has not begun yet while it is shut. */
export class Gate {
  #shut: PromiseWithResolvers<undefined> | undefined

  shut(): void {
    this.#shut ??= Promise.withResolvers<undefined>()
  }

  open(): void {
    this.#shut?.resolve(undefined)
    this.#shut = undefined
  }

  async passed(): Promise<void> {
    while (this.#shut) await this.#shut.promise
  }
}
