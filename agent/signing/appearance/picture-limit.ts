/** What phones make: a photograph of 4,032 by 3,024. Apart from the decoder, which only the worker loads. */
export const mostPixels = 12_600_000

/** What is said of a picture that is larger, or that needs more time or memory than such a one. */
export const pictureLimit = { limit: '12 MP' }
