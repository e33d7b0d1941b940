import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/postgres-server.ts', 'test/console/build.ts'],
    reporters: ['default', './test/reporter.ts'],
    pool: 'forks',
    // Most of the time a test waits: for a browser, a database, a password hash.
    maxWorkers: Math.min(availableParallelism(), 4),
    allowOnly: false,
    // Real parts on small machines: a limit that only a hang can reach.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 15_000 } },
  },
})
