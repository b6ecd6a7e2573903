// What `npm test` runs: lint, types, unit tests, then the end-to-end tests on lab machines.
// The last line of all is "N passed, N failed", summed over the test runs.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const reports = mkdtempSync(join(tmpdir(), 'cloudwright-test-'));
const sums = { passed: 0, failed: 0 };
const outcomes = [];
/** The failed tests of all runs, repeated at the end: their own output may be thousands of lines above it. */
const failures = [];
const FAILURE_LINES = 12;

function phase(name, run) {
  process.stdout.write(`\n== ${name}\n`);
  const start = performance.now();
  const ok = run();
  outcomes.push({ name, ok, seconds: (performance.now() - start) / 1000 });
}

function bin(tool, words) {
  const child = spawnSync(process.execPath, [join(root, 'node_modules', ...tool), ...words], {
    cwd: root,
    stdio: 'inherit',
  });
  return child.status === 0;
}

function vitest(...projects) {
  const name = projects.join('-and-');
  const report = join(reports, `${name}.json`);
  const ok = bin(
    ['vitest', 'vitest.mjs'],
    [
      'run',
      ...projects.flatMap((project) => ['--project', project]),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
  );
  const counted = countTests(report, name);
  return ok && counted;
}

/** Adds a report's tests to the sums. A test file that did not even load counts as one failure. */
function countTests(report, name) {
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    const unloaded = result.testResults.filter(
      (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
    );
    sums.passed += result.numPassedTests;
    sums.failed += result.numFailedTests + unloaded.length;
    failures.push(...unloaded.map(({ name, message }) => ({ title: name, message })));
    for (const test of result.testResults.flatMap((file) => file.assertionResults)) {
      if (test.status === 'failed')
        failures.push({ title: test.fullName, message: test.failureMessages.join('\n') });
    }
    if (result.numTotalTests > 0) return true;
    process.stdout.write(`No ${name} test was found.\n`);
  } catch (error) {
    process.stdout.write(`The ${name} tests left no report: ${error.message}\n`);
  }
  sums.failed += 1;
  return false;
}

/** Whether lab machines can be made here. Where they can't and nobody said so, that is a failure. */
function hasLab() {
  if (process.env.CLOUDWRIGHT_SKIP_LAB === '1') {
    process.stdout.write('Skipped because of CLOUDWRIGHT_SKIP_LAB=1: nothing is tested on lab machines.\n');
    return false;
  }
  if (process.platform === 'linux' && process.getuid?.() === 0) return true;
  process.stdout.write(
    'The end-to-end tests make lab machines, which needs root on Linux. Run `npm test` as root,\n' +
      'or set CLOUDWRIGHT_SKIP_LAB=1 to skip them.\n',
  );
  sums.failed += 1;
  return false;
}

const onPath = (tool) => !spawnSync(tool, ['--version'], { stdio: 'ignore' }).error;

/**
 * Tools of the tests that are no npm packages: on Debian, root installs them; elsewhere whatever needs one says that
 * it is missing. Each has the name of its package.
 */
function installTools(...tools) {
  const missing = tools.filter((tool) => !onPath(tool));
  if (missing.length === 0 || process.getuid?.() !== 0 || !onPath('apt-get')) return;
  process.stdout.write(`Installing ${missing.join(' and ')} on this machine with apt-get …\n`);
  const apt = (...words) =>
    spawnSync('apt-get', ['-qy', '-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=120', ...words], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  apt('update');
  apt('install', '--no-install-recommends', ...missing);
}

function lint() {
  installTools('shellcheck');
  return spawnSync(process.execPath, ['scripts/lint.mjs'], { cwd: root, stdio: 'inherit' }).status === 0;
}

phase('lint', lint);
phase('types', () => bin(['typescript', 'bin', 'tsc'], ['--noEmit']));
if (hasLab()) {
  // For the tests of the dashboard and of the pictures in docs/.
  installTools('chromium');
  // The node of `packages` mostly waits for disk and network; it becomes the layer that the end-to-end tests start from.
  phase('unit tests, packages', () => vitest('unit', 'packages'));
  phase('end-to-end tests', () => vitest('e2e'));
} else {
  phase('unit tests', () => vitest('unit'));
}
rmSync(reports, { recursive: true, force: true });

/** Its first lines, and its last, where the output of a command ends. */
function shortened(message) {
  const lines = stripVTControlCharacters(message).split('\n');
  if (lines.length <= 2 * FAILURE_LINES) return lines;
  return [...lines.slice(0, FAILURE_LINES), '…', ...lines.slice(-FAILURE_LINES)];
}

for (const { title, message } of failures) {
  const lines = shortened(message).map((line) => `    ${line.slice(0, 300)}\n`);
  process.stdout.write(`\nFAILED  ${title}\n${lines.join('')}`);
}

process.stdout.write('\n');
for (const { name, ok, seconds } of outcomes) {
  process.stdout.write(
    `${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(20)} ${seconds.toFixed(1).padStart(8)} s\n`,
  );
}
process.exitCode = outcomes.every(({ ok }) => ok) && sums.failed === 0 ? 0 : 1;
process.stdout.write(`${sums.passed} passed, ${sums.failed} failed\n`);
