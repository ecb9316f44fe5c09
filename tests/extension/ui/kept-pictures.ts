import type { Pictures } from '../../../extension/ui/pictures.ts'
import type { ImageUse } from '../../../shared/protocol/image.ts'

const hand = '<path d="M12 80C40 10 60 8 52 70s50-60 60-40-10 44 20 30 40-50 60-30-20 50 30 20 60-20 50 4-60 30-180 22" fill="none" stroke="#1d3fa8" stroke-width="5" stroke-linecap="round"/>'
const drawn: Record<ImageUse, string> = {
  signature: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 290 118">${hand}</svg>`,
  initials: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 290 118">${hand}</svg>`,
  seal: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" fill="none" stroke="#d3201f"><circle cx="50" cy="50" r="48" stroke-width="3"/><circle cx="50" cy="50" r="32"/><path d="M50 24l7 18h19L61 54l6 19-17-12-17 12 6-19-15-12h19z" fill="#d3201f"/></svg>',
}

/** Pictures as an agent would show them. */
export const keptPictures: Pictures = {
  show: ({ use }) => Promise.resolve(`data:image/svg+xml,${encodeURIComponent(drawn[use])}`),
}
