/**
 * Bytes on their way through an extension port travel as base64 text: where the browser serialises messages as JSON, a
 * Uint8Array arrives as a plain object. Measured fastest at 256 KiB a piece, four unanswered.
 */
export const pieceBytes = 256 * 1024
export const pieceWindow = 4

export function encodePiece(bytes: Uint8Array): string {
  let text = ''
  // String.fromCharCode takes its bytes as arguments, and engines limit how many.
  for (let offset = 0; offset < bytes.length; offset += 0x8000) text += String.fromCharCode(...bytes.subarray(offset, offset + 0x8000))
  return btoa(text)
}

export function decodePiece(text: string): Uint8Array<ArrayBuffer> {
  const characters = atob(text)
  const bytes = new Uint8Array(characters.length)
  for (let index = 0; index < characters.length; index++) bytes[index] = characters.charCodeAt(index)
  return bytes
}
