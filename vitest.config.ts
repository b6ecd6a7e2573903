import { defineConfig } from 'vitest/config';

/** A shell program is imported as text, as in the bundle (scripts/bundle.mjs). */
const shellText = {
  name: 'shell-text',
  enforce: 'pre' as const,
  transform(code: string, id: string) {
    return id.endsWith('.sh') ? { code: `export default ${JSON.stringify(code)};`, map: null } : undefined;
  },
};
const plugins = [shellText];
const globalSetup = ['test/e2e/support/leftBehind.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        plugins,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/long/**'],
          testTimeout: 30_000,
          // As for tests: a hook may build the bundle while other tests keep the processors busy.
          hookTimeout: 30_000,
          // No module keeps state and no test replaces one, so each is loaded once instead of once a file.
          isolate: false,
        },
      },
      {
        // Suites that need neither root nor a network, but minutes: long property tests, simulated runs.
        plugins,
        test: {
          name: 'long',
          globalSetup,
          include: ['test/long/**/*.test.ts'],
          testTimeout: 600_000,
          // Some of them take labs, which share this machine.
          fileParallelism: false,
        },
      },
      {
        // First of the end-to-end tests: its node becomes the layer that the others start from.
        plugins,
        test: {
          name: 'packages',
          globalSetup,
          include: ['test/e2e/packages.test.ts'],
          testTimeout: 1_800_000,
          hookTimeout: 1_800_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        plugins,
        test: {
          name: 'e2e',
          globalSetup,
          include: ['test/e2e/**/*.test.ts'],
          exclude: ['test/e2e/packages.test.ts'],
          testTimeout: 1_800_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
          sequence: { concurrent: false, groupOrder: 2 },
        },
      },
    ],
  },
});
