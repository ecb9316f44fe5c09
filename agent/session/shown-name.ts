/**
 * A name as a window may show it: one line, nothing invisible, nothing that turns the direction of writing
 * (Unicode, bidirectional controls), not longer than a line. The name itself is never used as a path.
 */
export function shownName(name: string, longest = 70): string {
  const plain = inPlain(name)
  const characters = Array.from(plain)
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : plain || '⟨⟩'
}

/**
 * An origin as a window may show it. Whose site it is stands at the end of its host (RFC 1034, section 3.1), so what is too long
 * loses its front: `https://…qlvb.example.vn:8443`.
 */
export function shownSite(origin: string, longest = 70): string {
  const plain = inPlain(origin)
  const scheme = /^\w+:\/\//.exec(plain)?.[0] ?? ''
  const host = Array.from(plain.slice(scheme.length))
  return scheme.length + host.length > longest ? `${scheme}…${host.slice(scheme.length + 1 - longest).join('')}` : plain
}

function inPlain(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `⟨${codePoint(character)}⟩`)
    .trim()
}

function codePoint(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
}
