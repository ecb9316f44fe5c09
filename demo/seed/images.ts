import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { homeAgency } from './agencies.ts'
import type { InkImage } from './ink-image.ts'
import { scribbleOf } from './scribble.ts'
import { drawSeal } from './seal.ts'

export interface SystemImages {
  /** Paths of transparent PNG files. */
  signature: string
  seal: string
}

/** Writes the director's drawn signature and the home agency's invented seal, for whoever signs in their name. */
export function writeImages(folder: string): SystemImages {
  const images = { signature: join(folder, 'chu-ky.png'), seal: join(folder, 'con-dau.png') }
  writeFileSync(images.signature, scribbleOf(homeAgency.head).png)
  writeFileSync(images.seal, sealOf(homeAgency.name).png)
  return images
}

const seals = new Map<string, InkImage>()

/** The seal of an agency by its full name: the last two words are the place it belongs to. */
export function sealOf(agencyName: string): InkImage {
  const known = seals.get(agencyName) ?? drawSealOf(agencyName)
  seals.set(agencyName, known)
  return known
}

function drawSealOf(agencyName: string): InkImage {
  const words = agencyName.toUpperCase().replace(/ TỈNH SƠN LÂM$/, '').split(' ')
  const half = Math.ceil(words.length / 2)
  const across = words.length <= 3 ? [words.join(' ')] : [words.slice(0, half).join(' '), words.slice(half).join(' ')]
  return drawSeal('TỈNH SƠN LÂM', across)
}
