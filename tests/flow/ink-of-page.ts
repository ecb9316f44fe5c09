/** Runs in the sign window. Shares of a drawn page, or of a part from `top` to `bottom` (0 to 1), that are dark and that are not white. */
export function inkOfPage({ page, top = 0, bottom = 1 }: { page: number; top?: number; bottom?: number }): { dark: number; inked: number } {
  const canvas = document.querySelector<HTMLCanvasElement>(`[data-page="${page}"] canvas`)
  if (canvas === null) throw new Error(`page ${page} is not drawn`)
  const from = Math.floor(top * canvas.height)
  const pixels = canvas.getContext('2d')?.getImageData(0, from, canvas.width, Math.floor(bottom * canvas.height) - from).data ?? new Uint8ClampedArray()
  let dark = 0
  let inked = 0
  for (let at = 0; at < pixels.length; at += 4) {
    const light = ((pixels[at] ?? 0) + (pixels[at + 1] ?? 0) + (pixels[at + 2] ?? 0)) / 3
    if (light < 90) dark++
    if (light < 250) inked++
  }
  return { dark: (4 * dark) / pixels.length, inked: (4 * inked) / pixels.length }
}
