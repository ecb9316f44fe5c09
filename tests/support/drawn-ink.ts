import { spawnSync } from 'node:child_process'
import { PNG } from 'pngjs'

/** Points from the bottom left of the page, pages from 1. */
interface Area {
  page: number
  x: number
  y: number
  width: number
  height: number
}

/**
 * What poppler draws on a page that it did not draw before, in pixels of a point: how many changed inside of each area, and how
 * many outside of all of them. A point around an area belongs to it.
 */
export function drawnInk(before: string, after: string, page: number, areas: readonly Area[]): { inside: number[]; outside: number } {
  const [old, now] = [render(before, page), render(after, page)]
  if (old.width !== now.width || old.height !== now.height) throw new Error('the page has another size')
  const onPage = areas.map((area) => ({ ...area, isHere: area.page === page }))
  const inside = onPage.map(() => 0)
  let outside = 0
  for (let pixel = 0; pixel < now.width * now.height; pixel++) {
    if ([0, 1, 2].every((channel) => Math.abs((old.data[4 * pixel + channel] ?? 0) - (now.data[4 * pixel + channel] ?? 0)) < 8)) continue
    const [x, y] = [pixel % now.width, now.height - 1 - Math.floor(pixel / now.width)]
    const at = onPage.findIndex((area) => area.isHere && x > area.x - 2 && x < area.x + area.width + 1 && y > area.y - 2 && y < area.y + area.height + 1)
    if (at === -1) outside++
    else inside[at] = (inside[at] ?? 0) + 1
  }
  return { inside, outside }
}

function render(file: string, page: number): PNG {
  const { stdout } = spawnSync('pdftoppm', ['-r', '72', '-f', String(page), '-l', String(page), '-png', file], { maxBuffer: 1 << 26 })
  return PNG.sync.read(stdout)
}
