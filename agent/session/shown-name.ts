/**
 * A name as a window may show it: one line, nothing invisible, nothing that turns the direction of writing
 * (Unicode, bidirectional controls), not longer than a line. The name itself is never used as a path.
 */
export function shownName(name: string, longest = 70): string {
  const plain = name
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `⟨${codePoint(character)}⟩`)
    .trim()
  const characters = Array.from(plain)
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : plain || '⟨⟩'
}

function codePoint(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
}
