import path from 'node:path'

/** A PKCS#11 module, or one token of it: `path` or `path#serial`. */
export interface ModuleAddress {
  path: string
  serial: string | undefined
}

export function parseModuleAddress(text: string): ModuleAddress {
  const mark = text.lastIndexOf('#')
  if (mark < 0) return { path: path.resolve(text), serial: undefined }
  return { path: path.resolve(text.slice(0, mark)), serial: text.slice(mark + 1) }
}
