import { expect, test } from 'vitest'
import { sourceFiles, type SourceFile } from './source-files.ts'

/** Which rooms a room may import from. A room may always import from itself. */
const directions: Record<string, readonly string[]> = {
  shared: [],
  'extension/page': ['shared'],
  'extension/link': ['shared'],
  'extension/background': ['extension/link', 'shared'],
  'extension/ui': ['shared'],
  'extension/entrypoints': ['extension/page', 'extension/background', 'extension/link', 'extension/ui', 'shared'],
  'agent/settings': ['shared'],
  'agent/journal': ['agent/settings', 'shared'],
  'agent/window': ['agent/settings', 'shared'],
  'agent/token': ['agent/journal', 'agent/window', 'agent/settings', 'shared'],
  'agent/cms': ['agent/settings', 'shared'],
  'agent/trust': ['agent/cms', 'agent/settings', 'shared'],
  'agent/pdf': ['agent/settings', 'shared'],
  'agent/verify': ['agent/trust', 'agent/cms', 'agent/pdf', 'agent/settings', 'shared'],
  'agent/signing': ['agent/verify', 'agent/trust', 'agent/cms', 'agent/pdf', 'agent/token', 'agent/settings', 'agent/journal', 'shared'],
  'agent/session': ['agent/signing', 'agent/token', 'agent/window', 'agent/settings', 'agent/journal', 'shared'],
  'agent/native-host': ['agent/settings', 'shared'],
  'agent/server': ['agent/session', 'agent/native-host', 'agent/window', 'agent/settings', 'agent/journal', 'shared'],
  demo: [],
}

/** Packages that only one room may know, so that what they bring stays behind one wall. */
const walled: Record<string, readonly string[]> = {
  fastify: ['agent/server', 'demo'],
  ws: ['agent/server', 'demo'],
  pkcs11js: ['agent/token'],
  'node-forge': ['agent/token', 'demo'],
  'node:sqlite': ['agent/journal', 'demo'],
  pkijs: ['agent/cms', 'agent/trust', 'agent/verify', 'demo'],
  pngjs: ['agent/signing', 'demo'],
  valibot: ['shared', 'agent/settings', 'agent/server', 'agent/journal', 'agent/native-host', 'agent/cli', 'extension/link', 'extension/background'],
}

const files = sourceFiles('shared', 'extension', 'agent', 'demo')

/** agent/main.ts and agent/cli wire the rooms together; they may import any of the agent's. */
function isWiring(file: string): boolean {
  return file === 'agent/main.ts' || file.startsWith('agent/cli/')
}

function roomOf(file: string): string | undefined {
  return Object.keys(directions).find((room) => file.startsWith(`${room}/`))
}

test('the rooms are found at all', () => {
  expect(files.length).toBeGreaterThan(100)
  const outside = files.map(({ path }) => path).filter((file) => roomOf(file) === undefined && !isWiring(file))
  expect(outside).toEqual([])
})

test('rooms import only in the direction in which a document travels', () => {
  const wrong = files.flatMap((file) => file.imports.flatMap(({ target }) => (target === undefined ? [] : trespass(file, target))))
  expect(wrong).toEqual([])
})

function trespass(file: SourceFile, target: string): string[] {
  const note = `${file.path} imports ${target}`
  if (isWiring(file.path)) return target.startsWith('agent/') || target.startsWith('shared/') ? [] : [note]
  const room = roomOf(file.path)
  const targetRoom = roomOf(target)
  if (room === undefined || targetRoom === undefined) return target === 'package.json' ? [] : [note]
  return room === targetRoom || directions[room]?.includes(targetRoom) === true ? [] : [note]
}

test('the interface imports only texts, errors, limits, states and shared types', () => {
  const wrong = files
    .filter(({ path }) => path.startsWith('extension/ui/'))
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ target, typeOnly }) => target?.startsWith('shared/') === true && !typeOnly && !/^shared\/(text\/|errors\.ts|protocol\/(limits|document-states)\.ts)/.test(target))
        .map(({ specifier }) => `${path} imports ${specifier}`),
    )
  expect(wrong).toEqual([])
})

test.each(Object.entries(walled))('%s stays behind its wall', (name, rooms) => {
  const outside = files
    .filter(({ imports }) => imports.some(({ specifier, typeOnly }) => !typeOnly && (specifier === name || specifier.startsWith(`${name}/`))))
    .map(({ path }) => path)
    .filter((path) => !rooms.some((room) => path.startsWith(`${room}/`)))
  expect(outside).toEqual([])
})

test('only the link opens a WebSocket in the browser', () => {
  const outside = files.filter(({ path, text }) => path.startsWith('extension/') && /new WebSocket\(/.test(text)).map(({ path }) => path)
  expect(outside.filter((path) => !path.startsWith('extension/link/'))).toEqual([])
})

test('shared code knows neither Node nor the browser', () => {
  const wrong = files
    .filter(({ path }) => path.startsWith('shared/'))
    .filter(({ text, imports }) => imports.some(({ specifier }) => specifier.startsWith('node:') || specifier.startsWith('wxt')) || /\b(process|window|document|chrome|browser)\./.test(text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|'[^']*'/g, '')))
    .map(({ path }) => path)
  expect(wrong).toEqual([])
})

test('the main process of the agent loads no heavy library', () => {
  const heavy = /^(pkijs|asn1js|harfbuzzjs|subset-font|pngjs|node-forge|pkcs11js|pdfjs-dist|@signpdf\/)/
  const reached = new Set<string>()
  const trail: string[] = []
  const visit = (path: string, from: string): void => {
    if (reached.has(path)) return
    reached.add(path)
    const file = files.find((candidate) => candidate.path === path)
    for (const { specifier, target, typeOnly } of file?.imports ?? []) {
      if (typeOnly) continue
      if (heavy.test(specifier)) trail.push(`${from} → ${path} → ${specifier}`)
      // Workers and hosts are reached by URL or by entryPath, never by import: only true imports count here.
      if (target !== undefined && !file?.text.includes(`new URL('${specifier}'`)) visit(target, path)
    }
  }
  visit('agent/main.ts', 'npm start')
  expect(reached.size).toBeGreaterThan(10)
  expect(trail).toEqual([])
})
