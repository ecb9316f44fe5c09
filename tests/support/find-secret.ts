import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import path from 'node:path'

/** Where a secret may not be: each returns the places where it is, in words. */
const blockBytes = 4 * 1024 * 1024
/** No secret is longer. */
const overlapBytes = 1_024
const pageBytes = 4_096

/** As bytes of one and of two each: V8 keeps strings in both ways. */
function forms(secret: string): Buffer[] {
  return [Buffer.from(secret, 'utf8'), Buffer.from(secret, 'utf16le'), Buffer.from(Buffer.from(secret, 'utf8').toString('base64').replace(/=+$/, '').slice(0, -2)), Buffer.from(Buffer.from(secret).toString('hex'))]
}

/** Arguments and environment of a process. */
export function secretsInFace(pid: number, secret: string): string[] {
  return ['cmdline', 'environ'].filter((face) => forms(secret).some((form) => readFileSync(`/proc/${pid}/${face}`).includes(form))).map((face) => `${face} of ${pid}`)
}

/** All memory that the process can write and has written: what a core dump would hold of it. */
export function secretsInMemory(pid: number, secret: string): string[] {
  const needles = forms(secret)
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  try {
    return writtenRuns(pid).flatMap(({ from, to }) => {
      for (let at = from; at < to; at += blockBytes - overlapBytes) {
        const block = readBlock(memory, at, Math.min(blockBytes, to - at))
        if (needles.some((needle) => block.includes(needle))) return [`memory of ${pid} at ${at.toString(16)}`]
      }
      return []
    })
  } finally {
    closeSync(memory)
  }
}

export function secretsInFolder(folder: string, secret: string, except: readonly string[]): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !except.includes(file))
    .filter((file) => contains(file, forms(secret)))
}

function contains(file: string, needles: readonly Buffer[]): boolean {
  try {
    const bytes = readFileSync(file)
    return needles.some((needle) => bytes.includes(needle))
  } catch (cause) {
    // An agent that ends takes its journal's side files with it.
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw cause
  }
}

/** The process and all that came from it. */
export function familyOf(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number)
  return [pid, ...children.flatMap(familyOf)]
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    // It ended while it was looked at.
    return undefined
  }
}

interface Run {
  from: number
  to: number
}

/** Pages with memory behind them, by the kernel's own table (proc_pid_pagemap(5)): most of what V8 reserves has none. */
function writtenRuns(pid: number): Run[] {
  const pages = openSync(`/proc/${pid}/pagemap`, 'r')
  try {
    return writableRegions(pid).flatMap(({ from, to }) => runsIn(readBlock(pages, (from / pageBytes) * 8, ((to - from) / pageBytes) * 8), from))
  } finally {
    closeSync(pages)
  }
}

/** Bit 63 of an entry: in memory; bit 62: swapped out. */
function runsIn(entries: Buffer, from: number): Run[] {
  const runs: Run[] = []
  for (let page = 0; page < entries.length / 8; page++) {
    if (((entries[page * 8 + 7] ?? 0) & 0xc0) === 0) continue
    const at = from + page * pageBytes
    const last = runs.at(-1)
    if (last?.to === at) last.to += pageBytes
    else runs.push({ from: at, to: at + pageBytes })
  }
  return runs
}

function writableRegions(pid: number): Run[] {
  const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')
  return lines.flatMap((line) => {
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? []
    return from === undefined || to === undefined ? [] : [{ from: Number.parseInt(from, 16), to: Number.parseInt(to, 16) }]
  })
}

function readBlock(handle: number, at: number, bytes: number): Buffer {
  const block = Buffer.alloc(bytes)
  try {
    return block.subarray(0, readSync(handle, block, 0, bytes, at))
  } catch (cause) {
    // Given back to the kernel in the meantime.
    if ((cause as NodeJS.ErrnoException).code === 'EIO') return block.subarray(0, 0)
    throw cause
  }
}
