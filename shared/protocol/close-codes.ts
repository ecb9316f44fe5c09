/** WebSocket close codes of our own (RFC 6455, section 7.4.2, private range). */
export const closeCodes = {
  silent: 4401,
  unproven: 4402,
  version: 4403,
  malformed: 4404,
  tooMany: 4408,
  sequence: 4409,
  revoked: 4410,
  /** A newer connection of the same pairing took over: do not connect again. */
  replaced: 4411,
} as const
