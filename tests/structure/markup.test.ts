import { expect, test } from 'vitest'
import { sourceFiles } from './source-files.ts'

const files = sourceFiles('extension')

/** Lines of the extension that have it, comments left out. */
function linesWith(pattern: RegExp): string[] {
  return files.flatMap(({ path, text }) => text.split('\n').filter((line) => pattern.test(line) && !/^\s*(\/\/|\*|\/\*)/.test(line)).map((line) => `${path}: ${line.trim()}`))
}

test.each([
  ['text is never read as markup', /\.(inner|outer)HTML\b|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write|createContextualFragment|\bsrcdoc\b/],
  ['no text is run as a program', /\beval\(|new Function\(|set(Timeout|Interval)\(\s*['"`]|importScripts\(/],
  ['nobody outside of the extension is listened to', /on(Message|Connect)External|externally_connectable|(?<!socket\.)addEventListener\('message'/],
  ['the clipboard is left alone', /navigator\.clipboard|execCommand|clipboardData|addEventListener\('(copy|cut|paste)'|\bon(Copy|Cut|Paste)\b/],
])('%s', (_, pattern) => {
  expect(files.length).toBeGreaterThan(100)
  expect(linesWith(pattern)).toEqual([])
})
