/**
 * How long short commands take: `--version`, `--help` and `validate`, beside a bare `node -e 0` in the same run.
 * The bundle is run as its launcher runs it, and once through the launcher. `npm run bench:start`; `--json` prints
 * figures for programs.
 */
import { spawnSync } from 'node:child_process';
import { loadavg } from 'node:os';
import Table from 'cli-table3';

interface Figure {
  readonly command: string;
  /** Milliseconds, of the rounds. */
  readonly median: number;
  readonly fastest: number;
  /** Milliseconds above a bare Node.js. */
  readonly own: number;
  /** Milliseconds that the median should not exceed; 0 where there is no aim. */
  readonly aim: number;
}

interface Candidate {
  readonly command: string;
  readonly words: readonly string[];
  readonly aim: number;
}

const ROUNDS = 15;
const LAUNCHER = './cloudwright';
const BUNDLE = ['--enable-source-maps', 'dist/cloudwright.mjs'];
const EXAMPLE = 'examples/eight-hosts.yaml';
const BARE = 'node -e 0';

const candidates: readonly Candidate[] = [
  { command: BARE, words: [process.execPath, '-e', '0'], aim: 0 },
  { command: '--version', words: [process.execPath, ...BUNDLE, '--version'], aim: 150 },
  { command: '--help', words: [process.execPath, ...BUNDLE, '--help'], aim: 150 },
  {
    command: `validate -f ${EXAMPLE}`,
    words: [process.execPath, ...BUNDLE, 'validate', '-f', EXAMPLE],
    aim: 300,
  },
  { command: `${LAUNCHER} --version`, words: [LAUNCHER, '--version'], aim: 0 },
];

/** Milliseconds from the start of the process to its end. */
function timed({ command, words }: Candidate): number {
  const [program = '', ...rest] = words;
  const began = performance.now();
  const { status, stderr } = spawnSync(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  const took = performance.now() - began;
  if (status !== 0) throw new Error(`${command} ended with exit code ${status}: ${stderr.toString()}`);
  return took;
}

function measure(): readonly Figure[] {
  const times = new Map(candidates.map((candidate) => [candidate, [] as number[]]));
  // The first round builds the bundle and fills caches. The candidates take turns: load hits all alike.
  for (const candidate of candidates.toReversed()) timed(candidate);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [candidate, list] of times) list.push(timed(candidate));
  }
  const medians = new Map([...times].map(([{ command }, list]) => [command, medianOf(list)]));
  const bare = medians.get(BARE) ?? 0;
  return [...times].map(([{ command, aim }, list]) => {
    const median = medians.get(command) ?? 0;
    return { command, median, fastest: Math.min(...list), own: median - bare, aim };
  });
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const figures = measure();
const load = loadavg()[0] ?? 0;
if (process.argv.includes('--json')) {
  process.stdout.write(`${JSON.stringify({ rounds: ROUNDS, load, figures })}\n`);
} else {
  const milliseconds = (value: number): string => `${value.toFixed(0)} ms`;
  const head = ['command', 'median', 'fastest', 'above node', 'aim'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { command, median, fastest, own, aim } of figures) {
    table.push([command, ...[median, fastest, own].map(milliseconds), aim > 0 ? milliseconds(aim) : '']);
  }
  process.stdout.write(`${table.toString()}\nMedian of ${ROUNDS} rounds; load ${load.toFixed(1)}.\n`);
}
