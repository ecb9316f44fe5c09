#!/usr/bin/env node
/**
 * A pinentry without a window: it answers from a file, for tests and for the demo without a display.
 *
 * The path of the file is the first argument, or the value of ANTIN_PINENTRY_SCRIPT. The file must be readable by
 * its owner only, since it holds the PIN:
 *
 *   pin      what GETPIN answers
 *   confirm  whether CONFIRM says yes (default true)
 *   first    answers that come before those, one per question, each used once: "cancel", or { "pin": "…" }
 *   waitFor  a path: the answer comes when a file appears there
 *   log      a path: every question is added there as one line of JSON, with the texts that the person would have
 *            seen. The PIN never is.
 */
import { appendFileSync, existsSync, readFileSync, statSync, watch, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'

// Codes of libgpg-error with the source "Pinentry", as the real programs send them.
const cancelled = 'ERR 83886179 Operation cancelled <Pinentry>'
const notConfirmed = 'ERR 83886194 Not confirmed <Pinentry>'
const unknownCommand = 'ERR 83886355 Unknown IPC command <Pinentry>'

const file = process.argv[2] ?? process.env.ANTIN_PINENTRY_SCRIPT
if (file === undefined) {
  process.stderr.write('scripted-pinentry: name the file with the answers, or set ANTIN_PINENTRY_SCRIPT\n')
  process.exit(64)
}
if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
  process.stderr.write(`scripted-pinentry: others may read ${file}; it must have the mode 0600\n`)
  process.exit(77)
}

const shown = { title: '', description: '', prompt: '', ok: '', cancel: '', error: '' }
const fields = { SETTITLE: 'title', SETDESC: 'description', SETPROMPT: 'prompt', SETOK: 'ok', SETCANCEL: 'cancel', SETERROR: 'error' }

say('OK Pleased to meet you')
for await (const line of createInterface({ input: process.stdin })) {
  const space = line.indexOf(' ')
  const command = (space < 0 ? line : line.slice(0, space)).toUpperCase()
  const text = space < 0 ? '' : decodeURIComponent(line.slice(space + 1).replaceAll(/%(?![0-9A-Fa-f]{2})/g, '%25'))
  if (command === 'BYE') {
    say('OK closing connection')
    process.exit(0)
  }
  say(await answer(command, text))
}

async function answer(command, text) {
  if (command in fields) {
    shown[fields[command]] = text
    return 'OK'
  }
  switch (command) {
    case 'OPTION':
    case 'RESET':
    case 'NOP':
      return 'OK'
    case 'GETPIN':
      return getPin(await nextAnswer('getpin'))
    case 'CONFIRM':
      return confirm(await nextAnswer('confirm'))
    case 'MESSAGE':
      await nextAnswer('message')
      return 'OK'
    default:
      return unknownCommand
  }
}

function getPin({ once, standing }) {
  const pin = once === undefined ? standing.pin : once.pin
  return once === 'cancel' || pin === undefined ? cancelled : `D ${escaped(pin)}\nOK`
}

function confirm({ once, standing }) {
  return once === 'cancel' || standing.confirm === false ? notConfirmed : 'OK'
}

/** Notes the question, waits for its time, and takes the next answer out of the file. */
async function nextAnswer(kind) {
  const { log, waitFor } = JSON.parse(readFileSync(file, 'utf8'))
  if (log !== undefined) appendFileSync(log, `${JSON.stringify({ kind, ...shown })}\n`, { mode: 0o600 })
  if (waitFor !== undefined) await appearance(waitFor)
  const standing = JSON.parse(readFileSync(file, 'utf8'))
  if (kind === 'message') return { standing }
  const [once, ...first] = standing.first ?? []
  if (once !== undefined) writeFileSync(file, JSON.stringify({ ...standing, first }), { mode: 0o600 })
  return { once, standing }
}

function appearance(place) {
  return new Promise((resolve) => {
    const watcher = watch(path.dirname(place), look)
    function look() {
      if (!existsSync(place)) return
      watcher.close()
      resolve()
    }
    look()
  })
}

function escaped(text) {
  return text.replaceAll(/[%\r\n]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

function say(line) {
  process.stdout.write(`${line}\n`)
}
