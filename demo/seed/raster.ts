/**
 * Fills outlines with exact coverage, one byte-like value per pixel: each edge adds its signed area to a buffer, and the sum along
 * a row is what is covered. Outlines that turn the other way (the hole of an “o”) take away.
 */
export interface Raster {
  width: number
  height: number
  /** Two columns more than the picture has, for what ends at its right edge. */
  areas: Float32Array
}

export function openRaster(width: number, height: number): Raster {
  return { width, height, areas: new Float32Array((width + 2) * height) }
}

/** Adds one edge of an outline, in pixels. What lies outside is cut off. */
export function addEdge(raster: Raster, x0: number, y0: number, x1: number, y1: number): void {
  if (y0 === y1) return
  const direction = y0 < y1 ? 1 : -1
  const [topX, topY, endX, endY] = y0 < y1 ? [x0, y0, x1, y1] : [x1, y1, x0, y0]
  const slope = (endX - topX) / (endY - topY)
  let x = topY < 0 ? topX - topY * slope : topX
  const last = Math.min(raster.height, Math.ceil(endY))
  for (let row = Math.max(0, Math.floor(topY)); row < last; row += 1) {
    const height = Math.min(row + 1, endY) - Math.max(row, topY)
    const next = x + slope * height
    addRowEdge(raster, row, direction * height, Math.min(x, next), Math.max(x, next))
    x = next
  }
}

function addRowEdge({ width, areas }: Raster, row: number, weight: number, from: number, to: number): void {
  const start = row * (width + 2)
  const left = Math.min(Math.max(from, 0), width)
  const right = Math.min(Math.max(to, 0), width)
  const first = Math.floor(left)
  const last = Math.ceil(right)
  if (last <= first + 1) {
    const middle = (left + right) / 2 - first
    areas[start + first] = (areas[start + first] ?? 0) + weight * (1 - middle)
    areas[start + first + 1] = (areas[start + first + 1] ?? 0) + weight * middle
    return
  }
  const share = 1 / (right - left)
  let covered = 0
  for (let column = first; column < last; column += 1) {
    const [a, b] = [Math.max(left, column), Math.min(right, column + 1)]
    // Of this part of the edge, the area to its right inside its own pixel; the rest falls to the next one.
    const part = (b - a) * share * weight
    const inside = part * (1 - ((a + b) / 2 - column))
    areas[start + column] = (areas[start + column] ?? 0) + inside + covered
    covered = part - inside
  }
  areas[start + last] = (areas[start + last] ?? 0) + covered
}

/** Closed outlines, each a flat list x0, y0, x1, y1, …, placed by the matrix [a b c d e f] of PDF. */
export type Outline = Float32Array[]
export type Matrix = [number, number, number, number, number, number]

export function fillOutline(raster: Raster, outline: Outline, [a, b, c, d, e, f]: Matrix): void {
  for (const points of outline) {
    const count = points.length
    let lastX = points[count - 2] ?? 0
    let lastY = points[count - 1] ?? 0
    for (let index = 0; index < count; index += 2) {
      const x = points[index] ?? 0
      const y = points[index + 1] ?? 0
      addEdge(raster, a * lastX + c * lastY + e, b * lastX + d * lastY + f, a * x + c * y + e, b * x + d * y + f)
      lastX = x
      lastY = y
    }
  }
}

/** Coverage of every pixel, 0 to 1. */
export function coverageOf({ width, height, areas }: Raster): Float32Array {
  const covered = new Float32Array(width * height)
  for (let row = 0; row < height; row += 1) {
    let sum = 0
    for (let column = 0; column < width; column += 1) {
      sum += areas[row * (width + 2) + column] ?? 0
      covered[row * width + column] = Math.min(1, Math.abs(sum))
    }
  }
  return covered
}

export function circleOutline(radius: number, clockwise = false): Float32Array {
  const steps = 180
  const turn = clockwise ? -1 : 1
  return Float32Array.from({ length: steps * 2 }, (_, index) => {
    const angle = (turn * 2 * Math.PI * Math.floor(index / 2)) / steps
    return radius * (index % 2 === 0 ? Math.cos(angle) : Math.sin(angle))
  })
}
