import { inkImage } from './ink-image.ts'
import type { InkImage } from './ink-image.ts'
import { randomFrom } from './random.ts'
import type { Random } from './random.ts'

interface Point {
  x: number
  y: number
}

const [width, height] = [640, 318]

const scribbles = new Map<string, InkImage>()

/** The drawn signature of an invented name: blue strokes of a pen on nothing. The same name writes the same. */
export function scribbleOf(name: string): InkImage {
  const known = scribbles.get(name) ?? drawScribble(name)
  scribbles.set(name, known)
  return known
}

function drawScribble(name: string): InkImage {
  const random = randomFrom(Array.from(name).reduce((sum, character) => (sum * 131 + (character.codePointAt(0) ?? 0)) % 999_983, 7))
  const coverage = new Float32Array(width * height)
  stroke(coverage, bigLoop(random), random, 5.5)
  stroke(coverage, waves(random), random, 4.5)
  stroke(coverage, flourish(random), random, 3.6)
  return inkImage(coverage, width, height, [22, 58, 160], 52)
}

function bigLoop(random: Random): Point[] {
  const [x, y] = [random.between(90, 150), random.between(120, 165)]
  return [
    { x: x - 50, y: y + 60 }, { x: x + 10, y: y - 70 }, { x: x + 60, y: y - 95 }, { x: x + 45, y: y + 20 }, { x: x - 20, y: y + 105 },
    { x: x - 55, y: y + 70 }, { x: x + 20, y: y + 5 }, { x: x + 100, y: y - 20 }, { x: x + 130, y: y + random.between(10, 40) },
  ]
}

function waves(random: Random): Point[] {
  const count = random.between(6, 10)
  const step = 300 / count
  const middle = random.between(150, 180)
  return Array.from({ length: count * 2 }, (_, index) => ({
    x: 210 + (index * step) / 2 + random.between(-9, 9),
    y: middle + (index % 2 === 0 ? -1 : 1) * random.between(12, Math.max(20, 64 - index * 2)) - index * 2,
  }))
}

function flourish(random: Random): Point[] {
  const y = random.between(225, 265)
  return [
    { x: 560, y: 110 }, { x: 605, y: 75 }, { x: 590, y: 160 }, { x: 400, y: y - 20 }, { x: 130, y }, { x: 90, y: y + 22 },
    { x: 260, y: y + random.between(0, 20) }, { x: 520, y: y - random.between(10, 45) },
  ]
}

/** A pen drawn along a smooth line through the points (Catmull-Rom), thin where it is fast. */
function stroke(coverage: Float32Array, points: Point[], random: Random, pen: number): void {
  const phase = random.next() * 6
  for (let index = 0; index + 1 < points.length; index += 1) {
    const [a, b, c, d] = [points[Math.max(0, index - 1)], points[index], points[index + 1], points[Math.min(points.length - 1, index + 2)]]
    if (a === undefined || b === undefined || c === undefined || d === undefined) continue
    const steps = Math.ceil(Math.hypot(c.x - b.x, c.y - b.y) * 1.4) + 2
    for (let step = 0; step < steps; step += 1) {
      const t = step / steps
      const radius = (pen * (0.62 + 0.38 * Math.sin(phase + index * 1.3 + t * 1.3))) / 2 + 0.8
      dot(coverage, spline(a.x, b.x, c.x, d.x, t), spline(a.y, b.y, c.y, d.y, t), radius)
    }
  }
}

function spline(a: number, b: number, c: number, d: number, t: number): number {
  return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t)
}

function dot(coverage: Float32Array, x: number, y: number, radius: number): void {
  for (let row = Math.max(0, Math.floor(y - radius - 1)); row <= Math.min(height - 1, y + radius + 1); row += 1) {
    for (let column = Math.max(0, Math.floor(x - radius - 1)); column <= Math.min(width - 1, x + radius + 1); column += 1) {
      const index = row * width + column
      const covered = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(column + 0.5 - x, row + 0.5 - y)))
      coverage[index] = Math.max(coverage[index] ?? 0, covered)
    }
  }
}
