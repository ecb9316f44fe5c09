/** The newest signature of a file, cut out by its /ByteRange and nothing else: no code of ours judges it. */
export function extractSigned(file: Buffer): { container: Uint8Array; covered: Uint8Array } {
  const ranges = [...file.toString('latin1').matchAll(/\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/g)].at(-1)
  if (ranges === undefined) throw new Error('no /ByteRange')
  const [, start = 0, before = 0, after = 0, tail = 0] = ranges.map(Number)
  const hex = file.toString('latin1', start + before + 1, after - 1)
  const padded = Buffer.from(hex, 'hex')
  return {
    container: padded.subarray(0, derLength(padded)),
    covered: Buffer.concat([file.subarray(start, start + before), file.subarray(after, after + tail)]),
  }
}

/** Length of the outermost DER value, its header included (X.690, section 8.1.3). */
function derLength(der: Buffer): number {
  const first = der[1] ?? 0
  if (first < 0x80) return 2 + first
  const count = first & 0x7f
  return 2 + count + der.readUIntBE(2, count)
}
