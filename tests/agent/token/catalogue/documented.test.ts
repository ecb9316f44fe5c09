import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { catalogue, catalogueVersion, openSc } from '../../../../agent/token/catalogue/drivers.ts'
import { defaults } from '../../../../agent/settings/settings.ts'
import type { UnloadableReason } from '../../../../agent/token/catalogue/inspect-module.ts'
import { isErrorCode } from '../../../../shared/errors.ts'
import { doctorTexts } from '../../../../shared/text/doctor.ts'

const page = readFileSync(path.resolve(import.meta.dirname, '../../../../docs/tokens.md'), 'utf8')

test('the page for the IT desk lists every driver with every file, in the order in which they are tried', () => {
  const names = (files: readonly string[] = []) => files.map((file) => `\`${file}\``).join(' ')
  const rows = [...catalogue, openSc].map(({ name, files }) => `| ${name} | ${names(files.win32)} | ${names(files.linux)} | ${names(files.darwin)} |`)
  expect(page.slice(page.indexOf('| driver | Windows')).trim().split('\n').slice(2)).toEqual(rows)
  expect(page).toContain(`Version ${catalogueVersion}, in`)
})

test('it explains every reason not to load a file, and names only codes, settings and sections that exist', () => {
  const reasons: Record<UnloadableReason, true> = { 'not-found': true, 'unreadable': true, 'not-a-library': true, 'wrong-architecture': true, 'not-a-pkcs11-module': true }
  for (const reason of Object.keys(reasons)) expect(page).toContain(`| \`${reason}\` |`)
  const codes = [...page.matchAll(/`((?:driver|token|key|pin|certificate)-[a-z-]+)`/g)].map(([, code = '']) => code)
  expect(codes.length).toBeGreaterThan(8)
  expect(codes.filter((code) => !isErrorCode(code))).toEqual([])
  for (const setting of ['pkcs11Modules', 'searchDrivers', 'tokenRoles', 'deadlines']) {
    expect(Object.keys(defaults)).toContain(setting)
    expect(page).toContain(setting)
  }
  const { loginMs, signMs, startMs, listMs } = defaults.deadlines
  expect(page).toContain(`load ${startMs / 1_000} s, list ${listMs / 1_000} s, login ${loginMs / 1_000} s, signature ${signMs / 1_000} s`)
  for (const section of Object.values(doctorTexts.vi.sections)) expect(page).toContain(`| ${section} |`)
})
