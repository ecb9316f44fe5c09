import type { ObjectStore } from './object-store.ts'
import { isName, PdfDict, PdfRef } from './objects.ts'
import type { PdfArray, PdfObject } from './objects.ts'
import { unreadable } from './unreadable.ts'

export interface Page {
  /** Counted from 0. */
  readonly index: number
  readonly ref: PdfRef
  readonly dict: PdfDict
  /** Inherited entries (ISO 32000-2, 7.7.3.4), resolved. Boxes in the page's own units. */
  readonly mediaBox: Box
  readonly cropBox: Box
  /** Clockwise. */
  readonly rotate: 0 | 90 | 180 | 270
  /** Points per unit. */
  readonly userUnit: number
  readonly resources: PdfDict
}

export type Box = readonly [left: number, bottom: number, right: number, top: number]

interface Leaf {
  readonly ref: PdfRef
  readonly dict: PdfDict
  readonly ancestors: readonly PdfDict[]
}

/** So many nodes are walked in any case; beyond them /Count is believed where it is sound. */
const walkedNodes = 2_000
const nodesPerTree = 1_000_000
const levels = 64
/** A page is at most 14,400 units long, and a unit at most 75,000 points (Acrobat's limits; ISO 32000-1, annex C): numbers far beyond overflow. */
const [farthest, mostUserUnit] = [1_000_000, 75_000]
const letter: Box = [0, 0, 612, 792]

/** The pages of a document, from trees that may be looped, unbalanced, or lie about their /Count. */
export class PageTree {
  readonly #store: ObjectStore
  readonly #root: PdfObject
  #leaves: Leaf[] | undefined

  constructor(store: ObjectStore, root: PdfObject) {
    this.#store = store
    this.#root = root
    this.#leaves = this.#walk(walkedNodes)
  }

  get count(): number {
    return this.#leaves?.length ?? this.#countOf(this.#store.dictOf(this.#root)) ?? this.#allLeaves().length
  }

  page(index: number): Page {
    const leaf = (this.#leaves === undefined ? this.#descend(index) : undefined) ?? this.#allLeaves()[index]
    return leaf === undefined ? unreadable('page-missing') : this.#pageOf(leaf, index)
  }

  #allLeaves(): Leaf[] {
    this.#leaves ??= this.#walk(nodesPerTree) ?? unreadable('object-too-large')
    return this.#leaves
  }

  /** All pages in order; undefined when there are more nodes than allowed. */
  #walk(nodeLimit: number): Leaf[] | undefined {
    const leaves: Leaf[] = []
    let visits = 0
    const open: { kids: PdfArray; next: number; ancestors: readonly PdfDict[] }[] = [{ kids: [this.#root], next: 0, ancestors: [] }]
    for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
      const kid = level.kids[level.next++]
      if (kid === undefined) {
        open.pop()
        continue
      }
      if (++visits > nodeLimit) return undefined
      const node = kid instanceof PdfRef ? this.#store.dictOf(kid) : undefined
      if (!(kid instanceof PdfRef) || node === undefined || level.ancestors.includes(node)) continue
      const kids = this.#kidsOf(node)
      if (kids === undefined) leaves.push({ ref: kid, dict: node, ancestors: level.ancestors })
      else if (open.length <= levels) open.push({ kids, next: 0, ancestors: [node, ...level.ancestors] })
    }
    return leaves
  }

  /** A node with /Kids is a branch unless it says that it is a page. */
  #kidsOf(node: PdfDict): PdfArray | undefined {
    return isName(this.#store.get(node, 'Type'), 'Page') ? undefined : this.#store.arrayOf(node.get('Kids'))
  }

  /** Goes down by /Count; undefined where the counts do not hold. */
  #descend(index: number): Leaf | undefined {
    let left = index
    let current = this.#root
    const ancestors: PdfDict[] = []
    for (let level = 0; level <= levels; level++) {
      const node = this.#store.dictOf(current)
      const kids = node === undefined ? undefined : this.#kidsOf(node)
      if (node === undefined || !(current instanceof PdfRef)) return undefined
      if (kids === undefined) return left === 0 ? { ref: current, dict: node, ancestors } : undefined
      ancestors.unshift(node)
      const chosen = this.#kidAt(node, kids, left)
      if (chosen === undefined) return undefined
      current = chosen.kid
      left = chosen.left
    }
    return undefined
  }

  #kidAt(node: PdfDict, kids: PdfArray, index: number): { kid: PdfObject; left: number } | undefined {
    const kid = kids[index]
    if (this.#countOf(node) === kids.length) return kid === undefined ? undefined : { kid, left: 0 }
    let left = index
    for (const kid of kids) {
      const dict = this.#store.dictOf(kid)
      const pages = dict === undefined ? 0 : this.#kidsOf(dict) === undefined ? 1 : this.#countOf(dict)
      if (pages === undefined) return undefined
      if (left < pages) return { kid, left }
      left -= pages
    }
    return undefined
  }

  #countOf(node: PdfDict | undefined): number | undefined {
    const count = node === undefined ? null : this.#store.get(node, 'Count')
    return typeof count === 'number' && Number.isInteger(count) && count >= 0 ? count : undefined
  }

  #pageOf(leaf: Leaf, index: number): Page {
    const inherited = (key: string) => [leaf.dict, ...leaf.ancestors].map((node) => this.#store.get(node, key)).find((value) => value !== null) ?? null
    const mediaBox = this.#boxOf(inherited('MediaBox')) ?? letter
    const rotate = inherited('Rotate')
    const userUnit = this.#store.get(leaf.dict, 'UserUnit')
    return {
      index,
      ref: leaf.ref,
      dict: leaf.dict,
      mediaBox,
      cropBox: overlap(this.#boxOf(inherited('CropBox')), mediaBox),
      rotate: typeof rotate === 'number' ? quarterTurns(rotate) : 0,
      userUnit: typeof userUnit === 'number' && userUnit > 0 && userUnit <= mostUserUnit ? userUnit : 1,
      resources: this.#store.dictOf(inherited('Resources')) ?? new PdfDict(),
    }
  }

  /** Corners in any order; undefined for what is no area. */
  #boxOf(object: PdfObject): Box | undefined {
    const numbers = Array.isArray(object) ? object.slice(0, 4).map((item) => this.#store.resolve(item)) : []
    const [x1, y1, x2, y2] = numbers
    if (typeof x1 !== 'number' || typeof y1 !== 'number' || typeof x2 !== 'number' || typeof y2 !== 'number') return undefined
    const box: Box = [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)]
    const isOnPaper = box.every((value) => Math.abs(value) <= farthest)
    return isOnPaper && box[0] < box[2] && box[1] < box[3] ? box : undefined
  }
}

/** The crop box counts only as far as it lies on the medium (14.11.2.1). */
function overlap(cropBox: Box | undefined, mediaBox: Box): Box {
  if (cropBox === undefined) return mediaBox
  const box: Box = [
    Math.max(cropBox[0], mediaBox[0]),
    Math.max(cropBox[1], mediaBox[1]),
    Math.min(cropBox[2], mediaBox[2]),
    Math.min(cropBox[3], mediaBox[3]),
  ]
  return box[0] < box[2] && box[1] < box[3] ? box : mediaBox
}

function quarterTurns(degrees: number): 0 | 90 | 180 | 270 {
  const turn = ((Math.round(degrees / 90) % 4) + 4) % 4
  return ([0, 90, 180, 270] as const)[turn] ?? 0
}
