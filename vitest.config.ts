import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // On two cores the default would be one. The end-to-end tests mostly wait for other processes.
    maxWorkers: 2,
    // A worker imports the SDKs and the sandbox once, not once for each file: that was most of the processor time of the unit tests.
    // So what a module holds outlives a test file. A test keeps its state in what it makes, and puts back what it changes of the process.
    isolate: false,
    // End-to-end tests start real processes; on a busy two-core machine they need room. No test asserts on how long anything took.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Only a condition that never comes true takes this long.
    expect: { poll: { timeout: 20_000 } },
  },
})
