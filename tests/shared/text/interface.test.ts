import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { interfaceText, type InterfaceText } from '../../../shared/text/interface.ts'

const keys = Object.keys(interfaceText('vi')) as (keyof InterfaceText)[]
const said = (language: 'vi' | 'en', key: keyof InterfaceText) => {
  const sentence = interfaceText(language)[key] as string | ((...values: unknown[]) => string)
  return typeof sentence === 'string' ? sentence : sentence('7', '9')
}

test.each(keys)('%s is said in both languages, with the same values', (key) => {
  expect(said('vi', key)).not.toBe('')
  expect(said('en', key)).not.toBe('')
  expect(said('vi', key).match(/[79]/g)).toEqual(expect.arrayContaining(said('en', key).match(/[79]/g) ?? []))
})

test('one is one in English', () => {
  expect(interfaceText('en').sign(1)).toBe('Sign 1 document')
  expect(interfaceText('en').sign(24)).toBe('Sign 24 documents')
})

test('every sentence is shown somewhere', () => {
  const root = path.resolve(import.meta.dirname, '../../..')
  const text = globSync('extension/{ui,entrypoints,background}/**/*.{ts,tsx}', { cwd: root }).map((file) => readFileSync(path.join(root, file), 'utf8')).join('\n')
  expect(keys.filter((key) => !new RegExp(`\\.${key}\\b|title: '${key}'`).test(text))).toEqual([])
})
