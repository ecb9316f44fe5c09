import { readFile } from 'node:fs/promises'
import { assetPath } from '../../settings/own-files.ts'

/** Cuts a TrueType font down to the glyphs of some characters, by HarfBuzz (its subsetter is a module of its own). */
export async function subsetFont(characters: Iterable<string>): Promise<Uint8Array> {
  const { exports, face } = await (loaded ??= load())
  const input = exports.hb_subset_input_create_or_fail()
  try {
    exports.hb_subset_input_set_flags(input, noHinting)
    replaceSet(exports, exports.hb_subset_input_set(input, layoutFeatureSet), keptFeatures.map(tagNumber))
    const unicodes = exports.hb_subset_input_unicode_set(input)
    for (const character of characters) exports.hb_set_add(unicodes, character.codePointAt(0) ?? 0)
    return copyOut(exports, exports.hb_subset_or_fail(face, input))
  } finally {
    exports.hb_subset_input_destroy(input)
  }
}

interface Subsetter {
  memory: WebAssembly.Memory
  _initialize(): void
  malloc(sizeBytes: number): number
  hb_blob_create(data: number, length: number, mode: number, userData: number, destroy: number): number
  hb_blob_destroy(blob: number): void
  hb_blob_get_data(blob: number, length: number): number
  hb_blob_get_length(blob: number): number
  hb_face_create(blob: number, index: number): number
  hb_face_destroy(face: number): void
  hb_face_reference_blob(face: number): number
  hb_set_clear(set: number): void
  hb_set_add(set: number, value: number): void
  hb_subset_input_create_or_fail(): number
  hb_subset_input_destroy(input: number): void
  hb_subset_input_set_flags(input: number, flags: number): void
  hb_subset_input_set(input: number, kind: number): number
  hb_subset_input_unicode_set(input: number): number
  hb_subset_or_fail(face: number, input: number): number
}

// hb-subset.h: HB_SUBSET_FLAGS_NO_HINTING, HB_SUBSET_SETS_LAYOUT_FEATURE_TAG; hb-blob.h: HB_MEMORY_MODE_WRITABLE
const noHinting = 1
const layoutFeatureSet = 6
const writableMemory = 2

// Ligatures are left out: they gain nothing in a stamp and would make one glyph mean several characters.
const keptFeatures = ['kern', 'mark', 'mkmk', 'ccmp', 'locl']

let loaded: Promise<{ exports: Subsetter; face: number }> | undefined

async function load(): Promise<{ exports: Subsetter; face: number }> {
  const [program, font] = await Promise.all([readFile(assetPath('harfbuzzjs/dist/harfbuzz-subset.wasm')), readFile(assetPath('@expo-google-fonts/tinos/400Regular/Tinos_400Regular.ttf'))])
  const { instance } = await WebAssembly.instantiate(program)
  const exports = instance.exports as unknown as Subsetter
  exports._initialize()
  const data = exports.malloc(font.length)
  new Uint8Array(exports.memory.buffer).set(font, data)
  const blob = exports.hb_blob_create(data, font.length, writableMemory, 0, 0)
  const face = exports.hb_face_create(blob, 0)
  exports.hb_blob_destroy(blob)
  return { exports, face }
}

function replaceSet(exports: Subsetter, set: number, values: number[]): void {
  exports.hb_set_clear(set)
  for (const value of values) exports.hb_set_add(set, value)
}

function copyOut(exports: Subsetter, face: number): Uint8Array {
  if (face === 0) throw new Error('HarfBuzz could not subset the font')
  const blob = exports.hb_face_reference_blob(face)
  const start = exports.hb_blob_get_data(blob, 0)
  const bytes = new Uint8Array(exports.memory.buffer).slice(start, start + exports.hb_blob_get_length(blob))
  exports.hb_blob_destroy(blob)
  exports.hb_face_destroy(face)
  return bytes
}

function tagNumber(tag: string): number {
  return Buffer.from(tag, 'latin1').readUInt32BE()
}
