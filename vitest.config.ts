import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

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

/** The longest suites begin first, so that no processor is idle at the end. */
const LONGEST = [
  'e2e/packages',
  'steps/hostile',
  'e2e/deploy',
  'e2e/imports',
  'e2e/kill',
  'e2e/faults',
  'e2e/firewall',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const position = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return found < 0 ? LONGEST.length : found;
    };
    return (await super.sort(files)).toSorted((a, b) => position(a) - position(b));
  }
}

export default defineConfig({
  test: {
    // One more than processors: some tests wait for daemons, a node or a time limit.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
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
        // Beside the unit tests. Its node becomes the layer that the end-to-end tests start from.
        plugins,
        test: {
          name: 'packages',
          globalSetup,
          include: ['test/e2e/packages.test.ts'],
          testTimeout: 1_800_000,
          hookTimeout: 1_800_000,
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
          // A cloud waits half of the time. Two at once fit into 24 GiB.
          maxWorkers: 2,
          sequence: { concurrent: false, groupOrder: 2 },
        },
      },
    ],
  },
});
