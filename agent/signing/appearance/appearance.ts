/** A visible signature. `image` and text lines share the box. */
export interface Appearance {
  /** PNG with alpha, a path. */
  image?: string
  lines: string[]
  /** Instead of `lines`: text and frames at their own places in the box. */
  drawing?: Drawing
  /** Without it: the usual place on `page`, from 1; without that the last page. */
  place?: Place
  page?: number
}

/** Points from the bottom left of the box. */
export interface Drawing {
  texts: DrawnText[]
  /** Lines around boxes; a box without height is a rule. */
  frames: { x: number; y: number; width: number; height: number; thickness: number; colour: Ink }[]
}

export interface DrawnText {
  text: string
  x: number
  /** Text that is wider is set smaller by one point, then condensed. */
  width: number
  baseline: number
  size: number
  align: 'left' | 'centre'
  colour: Ink
  /** Leans as italics do: the upright letters, slanted. */
  slanted?: boolean
  bold?: boolean
}

export type Ink = 'black' | 'red' | 'blue'

/** In points of the page as it is shown (after /Rotate), origin bottom left of the crop box. Page 1 is the first. */
export interface Place {
  page: number
  x: number
  y: number
  width: number
  height: number
}
