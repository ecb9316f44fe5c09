import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { RefusalError, refusalOf } from '../../../shared/errors.ts'
import { findPinentry } from '../../../agent/window/find-pinentry.ts'
import { tempFolder } from '../../support/temp-folder.ts'

function program(folder: string, name: string, mode = 0o755): string {
  const file = path.join(folder, name)
  writeFileSync(file, '#!/bin/sh\n')
  chmodSync(file, mode)
  return file
}

function refusalFrom(search: () => unknown): string {
  try {
    search()
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(RefusalError)
    return refusalOf(thrown).code
  }
  throw new Error('nothing was refused')
}

test('the setting goes first, as a path or as a name on PATH', () => {
  const folder = tempFolder()
  const own = program(folder, 'own-window')
  program(folder, 'pinentry-gtk-2')
  const environment = { PATH: folder, DISPLAY: ':1' }
  expect(findPinentry({ setting: own, environment, onTerminal: false })).toEqual({ program: own })
  expect(findPinentry({ setting: 'own-window', environment, onTerminal: false })).toEqual({ program: own })
})

test('a setting that is no program is not silently replaced', () => {
  const folder = tempFolder()
  program(folder, 'pinentry-gtk-2')
  const environment = { PATH: folder, DISPLAY: ':1' }
  expect(refusalFrom(() => findPinentry({ setting: path.join(folder, 'gone'), environment, onTerminal: false }))).toBe('pin-window-missing')
  expect(refusalFrom(() => findPinentry({ setting: program(folder, 'no-program', 0o644), environment, onTerminal: false }))).toBe('pin-window-missing')
})

test.each([
  [{ DISPLAY: ':1' }, false, 'pinentry-gtk-2'],
  [{ WAYLAND_DISPLAY: 'wayland-0' }, false, 'pinentry-gtk-2'],
  [{ DISPLAY: ':1' }, true, 'pinentry-gtk-2'],
  [{}, true, 'pinentry-curses'],
])('with %j and terminal %j it is %s', (display, onTerminal, expected) => {
  const folder = tempFolder()
  for (const name of ['pinentry-curses', 'pinentry-gnome3', 'pinentry-qt', 'pinentry-gtk-2']) program(folder, name)
  expect(findPinentry({ environment: { PATH: folder, ...display }, onTerminal }).program).toBe(path.join(folder, expected))
})

test('the terminal is named for a program that draws on it', () => {
  const folder = tempFolder()
  program(folder, 'pinentry-curses')
  expect(findPinentry({ environment: { PATH: folder }, onTerminal: true }).terminal).toBe('/dev/tty')
})

test('with no display, no terminal and no setting there is no window', () => {
  const folder = tempFolder()
  program(folder, 'pinentry-gtk-2')
  program(folder, 'pinentry-curses')
  expect(refusalFrom(() => findPinentry({ environment: { PATH: folder }, onTerminal: false }))).toBe('pin-window-missing')
  expect(refusalFrom(() => findPinentry({ environment: { PATH: '', DISPLAY: ':1' }, onTerminal: false }))).toBe('pin-window-missing')
})

test('on Windows it is the agent\'s own window, and nothing else unless the setting names it', () => {
  const folder = tempFolder()
  const ownDialog = program(folder, 'pin-dialog.exe')
  program(folder, 'pinentry-gtk-2')
  const environment = { PATH: folder, DISPLAY: ':1' }
  expect(findPinentry({ environment, onTerminal: true, platform: 'win32', ownDialog })).toEqual({ program: ownDialog })
  expect(refusalFrom(() => findPinentry({ environment, onTerminal: true, platform: 'win32', ownDialog: `${ownDialog}.gone` }))).toBe('pin-window-missing')
})
