import { defineConfig } from 'vitest/config'

/** What starts processes or browsers; `test/unit-tests.test.ts` fails where another test does. */
export const FOLDERS_WITH_PROCESSES = ['test/e2e/**', 'test/chaos/**', 'test/recordings/**']

export default defineConfig({
  test: {
    // On two cores the default would be one. The end-to-end tests mostly wait for other processes.
    maxWorkers: 2,
    // End-to-end tests start real processes; on a busy two-core machine they need room. No test asserts on how long anything took.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A worker imports the SDKs and the sandbox once, not once for each file: that was most of the processor time.
    // So what a module holds outlives a test file. A test keeps its state in what it makes, and puts back what it changes of the process.
    isolate: false,
    // Only a condition that never comes true takes this long.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: FOLDERS_WITH_PROCESSES,
          setupFiles: 'test/support/property-defaults.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: FOLDERS_WITH_PROCESSES.map((folder) => `${folder}/*.test.ts`),
          globalSetup: 'test/support/one-file.ts',
        },
      },
    ],
  },
})
