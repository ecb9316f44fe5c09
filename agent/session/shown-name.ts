/**
 * A name as a window may show it: one line, nothing invisible, nothing that turns the direction of writing
 * (Unicode, bidirectional controls), nothing that a window could take for HTML, not longer than a line. The name itself is never
 * used as a path.
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

/**
 * Controls, lone surrogates and whatever is drawn as nothing; the third mark on a letter, since a pile of them covers other lines; and what
 * makes a label of Qt show HTML (Qt::mightBeRichText): a pinentry of Qt would leave out the lines behind a comment.
 */
const unshowable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800<]|&(?=lt;)|(?<=\p{M}{2})\p{M}/gu

/** A text from elsewhere, with what could deceive the eye or a terminal spelled out. Blanks are one space, as in a page: many would break the line. */
export function inPlain(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(unshowable, (character) => `⟨${codePoint(character)}⟩`)
    .replaceAll(/\p{Zs}+/gu, ' ')
    .trim()
}

function codePoint(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
}
