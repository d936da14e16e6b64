import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // On two cores the default would be one. The end-to-end tests mostly wait for other processes.
    maxWorkers: 2,
    // End-to-end tests start real processes; on a busy two-core machine they need room. No test asserts on how long anything took.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Only a condition that never comes true takes this long.
    expect: { poll: { timeout: 20_000 } },
  },
})
