import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { root } from './source-files.ts'

interface Duty {
  law: string
  duty: string
  text: string
  source: string
  state: string
  answer: string
}

const page = readFileSync(path.join(root, 'docs/duties.md'), 'utf8')
const duties = page.split(/^## /m).slice(1).flatMap(readSection)

function readSection(section: string): Duty[] {
  const [law = '', ...lines] = section.split('\n')
  const rows = lines.filter((line) => line.startsWith('|')).slice(2)
  return rows.map((row) => {
    const [duty = '', text = '', source = '', state = '', answer = ''] = row.split('|').slice(1, -1).map((cell) => cell.trim())
    return { law: law.trim(), duty, text, source, state, answer }
  })
}

/** Every article that the program's makers said they would answer. */
const promised: [string, RegExp[]][] = [
  ['Nghị định 30/2020/NĐ-CP', [/^Đ13/, /^Đ14/, /^Đ15/, /^Đ16/, /^Đ17/, /^Đ18/, /^Đ21/, /^Đ25/, /^Đ32/, /^Phụ lục I,/]],
  ['Nghị định 23/2025/NĐ-CP', [/^Đ15/, /^Đ16/, /^Đ17/]],
  ['Thông tư 15/2025/TT-BKHCN', [/^Signing 1$/, /^Signing 8$/, /^Signing 12$/, /^Verifying/, /^Phụ lục I,/, /^Phụ lục II,/]],
]

test.each(promised)('%s has a row for each article', (law, articles) => {
  const rows = duties.filter((duty) => duty.law.startsWith(law))
  expect(articles.filter((article) => !rows.some(({ duty }) => article.test(duty))).map(String)).toEqual([])
})

test.each(duties.map((duty) => [`${duty.law.split(' (')[0] ?? ''}, ${duty.duty}`, duty] as const))('%s has text, source, state, and tests or a reason', (_, { text, source, state, answer }) => {
  expect(text.length).toBeGreaterThan(10)
  expect(['issued', 'draft', 'second-hand']).toContain(source)
  expect(['met', 'open', 'not applicable']).toContain(state)
  const tests = answer.match(/tests\/[\w./-]+/g) ?? []
  expect(tests.filter((file) => !existsSync(path.join(root, file)))).toEqual([])
  if (state === 'met') {
    expect(tests.length).toBeGreaterThan(0)
    expect(tests.filter((file) => !file.endsWith('.test.ts') && !file.endsWith('.test.tsx'))).toEqual([])
  } else expect(answer.split(' ').length).toBeGreaterThan(4)
})

test('no duty stands twice', () => {
  const names = duties.map(({ law, duty }) => `${law} ${duty}`)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})
