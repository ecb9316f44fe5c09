import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const root = path.resolve(import.meta.dirname, '../..')

export interface SourceFile {
  /** From the root of the project, with forward slashes. */
  path: string
  text: string
  imports: Import[]
}

export interface Import {
  /** As written: a package name, or a relative path. */
  specifier: string
  /** For relative ones: the path from the root of the project. */
  target: string | undefined
  typeOnly: boolean
}

export function sourceFiles(...folders: string[]): SourceFile[] {
  return folders.flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx,js}`, { cwd: root })).map((file) => {
    const text = readFileSync(path.join(root, file), 'utf8')
    return { path: file.replaceAll(path.sep, '/'), text, imports: importsOf(file, text) }
  })
}

/** Static imports and exports, dynamic imports, and workers or children started by `new URL('…', import.meta.url)`. */
function importsOf(file: string, text: string): Import[] {
  const patterns = [
    /^\s*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?'([^']+)'/gm,
    /(?<!\w)import\(\s*()'([^']+)'\s*\)/g,
    /new URL\(\s*()'(\.[^']+)'\s*,\s*import\.meta\.url/g,
  ]
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, typeOnly, specifier = '']) => ({
      specifier,
      target: specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file.replaceAll(path.sep, '/')), specifier) : undefined,
      typeOnly: typeOnly !== undefined && typeOnly !== '',
    })),
  )
}
