import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { root, sourceFiles } from './source-files.ts'

const folders = ['shared', 'extension', 'agent', 'demo', 'scripts', 'tests', 'packaging', 'docs']
const places = folders.flatMap((folder) => walk(folder))
const files = sourceFiles('shared', 'extension', 'agent', 'demo', 'scripts')

function walk(folder: string): string[] {
  const absolute = path.join(root, folder)
  if (statSync(absolute, { throwIfNoEntry: false }) === undefined) return []
  return readdirSync(absolute, { withFileTypes: true }).flatMap((entry) => {
    const place = `${folder}/${entry.name}`
    return entry.isDirectory() ? [place, ...walk(place)] : [place]
  })
}

test('files and folders have kebab-case names', () => {
  const allowed = /^(_locales|README\.md|[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*)$/
  // Fixtures keep the names that they test.
  const wrong = places.filter((place) => !place.startsWith('tests/fixtures/')).filter((place) => !allowed.test(path.posix.basename(place)))
  expect(wrong).toEqual([])
})

test('no name says nothing', () => {
  const empty = /^(utils?|helpers?|common|misc|lib|manager|index\.(ts|tsx|js)|.*-(utils?|helpers?|manager)\.(ts|tsx))$/
  expect(places.filter((place) => empty.test(path.posix.basename(place)))).toEqual([])
})

test('a file over 250 lines says in its first comment why', () => {
  const silent = files
    .filter(({ text }) => text.split('\n').length > 250)
    .filter(({ text }) => !/^(#!.*\n)?\s*(\/\/|\/\*\*?)[^\n]*(long|one table|one place)/i.test(text))
    .map(({ path: file, text }) => `${file}: ${text.split('\n').length} lines`)
  expect(silent).toEqual([])
})

test('message types end in where they go', () => {
  const wrong = files
    .filter(({ path: file }) => file.startsWith('shared/protocol/'))
    .flatMap(({ path: file, text }) =>
      [...text.matchAll(/^export const (\w+) = v\.(?:variant|strictObject|union)/gm)]
        .map(([, name = '']) => name)
        .filter((name) => /^[A-Z]/.test(name) && text.includes(`kind: v.literal`))
        .filter((name) => !/(ToAgent|ToExtension|ToPage|View|Facts)$/.test(name))
        .map((name) => `${file}: ${name}`),
    )
  expect(wrong).toEqual([])
})

test('Vietnamese lives in shared/text, _locales and demo', () => {
  const letters = /[ăâđêôơưĂÂĐÊÔƠƯạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/
  const wrong = files
    .filter(({ path: file }) => (file.startsWith('agent/') || file.startsWith('extension/') || file.startsWith('scripts/')) && !file.startsWith('extension/page/sites/'))
    .filter(({ text }) => letters.test(text.replaceAll('Ấn Tín', '').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')))
    .map(({ path: file }) => file)
  expect(wrong).toEqual([])
})

test('no code is left commented out, and nothing is left to do', () => {
  const wrong = files.filter(({ text }) => /^\s*\/\/\s*(const|let|return|import|if \(|await)\b.*[;)({]$/m.test(text) || /\b(TODO|FIXME|XXX|HACK)\b/.test(text)).map(({ path: file }) => file)
  expect(wrong).toEqual([])
})
