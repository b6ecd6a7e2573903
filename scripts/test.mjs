// What `npm test` runs: lint, types, unit tests, then the end-to-end tests on lab machines.
// The last line of all is "N passed, N failed", summed over the test runs.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const reports = mkdtempSync(join(tmpdir(), 'cloudwright-test-'));
const sums = { passed: 0, failed: 0 };
const outcomes = [];

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

function vitest(project) {
  const report = join(reports, `${project}.json`);
  const ok = bin(
    ['vitest', 'vitest.mjs'],
    ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  );
  const counted = countTests(report, project);
  return ok && counted;
}

/** Adds a report's tests to the sums. A test file that did not even load counts as one failure. */
function countTests(report, project) {
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    const unloaded = result.testResults.filter(
      (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
    );
    sums.passed += result.numPassedTests;
    sums.failed += result.numFailedTests + unloaded.length;
    if (result.numTotalTests > 0) return true;
    process.stdout.write(`No ${project} test was found.\n`);
  } catch (error) {
    process.stdout.write(`The ${project} tests left no report: ${error.message}\n`);
  }
  sums.failed += 1;
  return false;
}

function endToEnd() {
  if (process.env.CLOUDWRIGHT_SKIP_LAB === '1') {
    process.stdout.write('Skipped because of CLOUDWRIGHT_SKIP_LAB=1: nothing was tested on lab machines.\n');
    return true;
  }
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    process.stdout.write(
      'The end-to-end tests make lab machines, which needs root on Linux. Run `npm test` as root,\n' +
        'or set CLOUDWRIGHT_SKIP_LAB=1 to skip them.\n',
    );
    sums.failed += 1;
    return false;
  }
  // For the tests of the dashboard and of the pictures in docs/.
  installTools('chromium');
  // The node of the first becomes the layer that the others start from.
  const packages = vitest('packages');
  return vitest('e2e') && packages;
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
phase('unit tests', () => vitest('unit'));
phase('end-to-end tests', endToEnd);
rmSync(reports, { recursive: true, force: true });

process.stdout.write('\n');
for (const { name, ok, seconds } of outcomes) {
  process.stdout.write(
    `${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(18)} ${seconds.toFixed(1).padStart(8)} s\n`,
  );
}
process.exitCode = outcomes.every(({ ok }) => ok) && sums.failed === 0 ? 0 : 1;
process.stdout.write(`${sums.passed} passed, ${sums.failed} failed\n`);
