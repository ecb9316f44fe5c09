/** How many documents the demo begins with. */
export interface SeedCounts {
  outgoing: number
  incoming: number
  /** Of the outgoing, how many wait for the director's signature. Default: six in ten. */
  awaitingApproval: number
}
