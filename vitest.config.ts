import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// One project per kind of test, so that each can be run alone and the slow ones stay serial.
// What is waited for may come late on a busy machine; a test fails for what never comes.
const patient = { expect: { poll: { timeout: 20_000 } } }
const serial = { ...patient, fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000 }

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/{shared,agent,extension,demo,scripts}/**/*.test.{ts,tsx}'],
          exclude: ['tests/agent/token/real/**'],
          testTimeout: 30_000,
          ...patient,
          // Vitest leaves one processor idle by default; of two that is half of the time.
          maxWorkers: availableParallelism(),
        },
      },
      { test: { name: 'structure', include: ['tests/structure/**/*.test.ts'], testTimeout: 60_000 } },
      { test: { name: 'token', include: ['tests/agent/token/real/**/*.test.ts'], ...serial } },
      { test: { name: 'flow', include: ['tests/flow/**/*.test.ts'], ...serial, testTimeout: 240_000 } },
      { test: { name: 'attacks', include: ['tests/attacks/**/*.test.ts'], ...serial } },
      { test: { name: 'corpora', include: ['tests/corpora/**/*.test.ts'], ...serial, testTimeout: 300_000 } },
      { test: { name: 'kills', include: ['tests/kills/**/*.test.ts'], ...serial, testTimeout: 240_000 } },
      { test: { name: 'long', include: ['tests/long/**/*.test.ts'], ...serial, testTimeout: 3_600_000 } },
    ],
  },
})
