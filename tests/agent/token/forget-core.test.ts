import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { entryPath } from '../../../agent/settings/own-files.ts'

test.runIf(process.platform === 'linux')('a key host writes no memory into a core file', async () => {
  const host = fork(entryPath('token/host'), { serialization: 'advanced', stdio: 'ignore' })
  try {
    // Any answer says that the program of the host has run.
    host.send({ id: 1, verb: 'look', input: undefined })
    await once(host, 'message')
    expect(Number.parseInt(readFileSync(`/proc/${host.pid ?? 0}/coredump_filter`, 'utf8'), 16)).toBe(0)
  } finally {
    host.kill('SIGKILL')
  }
})
