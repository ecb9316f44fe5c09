/**
 * The extensions that an agent knows from the start. The id of an unpacked Chromium extension follows from the
 * public key in its manifest (first half of its SHA-256, in the letters a to p); stores and offices add theirs by policy.
 */
export const extensionKey =
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAo3Y1lJBlYh5KFOyos92d9UcJz0uDNeXd7Od7nmcin3TVbBxiM1/v8K+OUF4DPxTWkWVX+d0/W8C5BmwT9YTCgedD/SFogDoLwOg9Zks7Ckw8X5N6w9sFFV1sndCCacjM8mfjzZG2f3+baWs1W6uVLYY4SjDZDlpo+uw7Wjf4XO6Be13x9EcVJCFru0SgZ5c2DWNIjJvV5dE8NfjPHP4h7l0l3OGfd4W4C/gMKkGKtJUliMWYKxWNaEE0Nz8i3mQV+v6KtxGRultiIl36MGWI159BKK86G6Dgryk5q+Zaf1v3JvOD/4gHC6TCGqjoNf9In6FY+yFX2+DQs7qJ12QE1QIDAQAB'

export const extensionIds = ['nkhlcbdhifpgjejdcoecgjnheofhkpij'] as const

/** Firefox gives every profile an origin of its own, which is bound when the profile is paired. */
export const firefoxExtensionId = 'antin@antin.vn'
