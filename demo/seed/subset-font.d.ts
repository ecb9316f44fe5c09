declare module 'subset-font' {
  interface SubsetOptions {
    targetFormat: 'sfnt'
    keepFeatures?: string[]
    dropTables?: string[]
  }
  export default function subsetFont(font: Uint8Array, characters: string, options: SubsetOptions): Promise<Uint8Array>
}
