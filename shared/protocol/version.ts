/** The protocol number. Both sides state theirs inside the MAC of `hello`; they must be equal. */
export const protocolVersion = 1
