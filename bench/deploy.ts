/**
 * An all-in-one deploy onto a bare lab node, beside the floor measured in the same run on the same kind of node:
 * one `apt-get install` of the same packages, then the same migrations and starts, each as early as it can be.
 * `npm run bench:deploy`; needs root, as the lab does. `--cold` begins with an empty package cache, `--json` prints
 * figures for programs, `--only deploy` or `--only floor` measures one of the two, and `--layer NAME` begins with a
 * saved layer in place of a bare node, to try the rest quickly. Only figures of one run are comparable: the labs' file
 * systems are volatile, so syncing costs nothing on either side. Times decide nothing here.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { cloudClient } from '../src/app/client.ts';
import { trialDescription } from '../src/app/trial.ts';
import type { Cloud } from '../src/cloud/cloud.ts';
import type { RunEvent } from '../src/engine/event.ts';
import { apply } from '../src/engine/run.ts';
import { connections } from '../src/hosts/connections.ts';
import { labDirectory, labDown, labUp } from '../src/lab/index.ts';
import { steps } from '../src/steps/index.ts';
import { openCloud } from '../src/vault/open.ts';
import { type Floor, measureFloor, type Span } from './deployFloor.ts';
import { PACKAGES } from './deployWork.ts';

interface Deploy {
  /** Seconds of the whole run. */
  readonly whole: number;
  /** Seconds since the run began, for each step: from its start to its verification. */
  readonly steps: ReadonlyMap<string, Span>;
}

interface Row {
  readonly phase: string;
  readonly seconds: number | undefined;
  readonly floor: number | undefined;
}

const AIM = { ratio: 0.9, cold: 360, warm: 240 };
const NODE = 'control1';
/** Seconds that a request waits for a service that the run has just started; as `apply` has it. */
const PATIENCE = 120;
const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

interface Place {
  /** Folder of labs; its package cache serves them all. */
  readonly directory: string;
  /** Folder of the description and its vault. */
  readonly folder: string;
  readonly layer: string | undefined;
}

/** A bare node with the description's name and addresses, for the time of `work`; then nothing of it is left. */
async function onBareNode<T>(place: Place, work: (cloud: Cloud) => Promise<T>): Promise<T> {
  const lab = { name: 'benchdeploy', directory: place.directory };
  await labDown(lab, undefined, say);
  try {
    const nodes = [{ name: NODE }];
    const options = { ...lab, nodes, ...(place.layer && { layer: place.layer }) };
    const state = await labUp(options, undefined, say);
    const file = join(place.folder, 'cloud.yaml');
    writeFileSync(file, trialDescription(state));
    return await work((await openCloud(file, { mayCreate: true })).cloud);
  } finally {
    await labDown(lab, undefined, say);
  }
}

async function measureDeploy(cloud: Cloud): Promise<Deploy> {
  const all = connections(cloud);
  const client = cloudClient(cloud, all, { patienceSeconds: PATIENCE });
  const started = new Map<string, number>();
  const spans = new Map<string, Span>();
  let began = Date.now();
  const emit = (given: Omit<RunEvent, 'at'>): void => {
    const event = { at: Date.now(), ...given } as RunEvent;
    const at = (event.at - began) / 1000;
    if (event.type === 'run-started') began = event.at;
    if (event.type === 'step-started') started.set(event.step, at);
    if (event.type !== 'step-verified') return;
    spans.set(event.step, { from: started.get(event.step) ?? 0, to: at });
    say(`  ${event.step} verified at ${at.toFixed(1)} s`);
  };
  try {
    const result = await apply({
      steps,
      subject: cloud,
      secrets: [],
      connections: all,
      api: async () => client,
      emit,
    });
    if (result.outcome !== 'done') throw new Error(`the run ended with exit code ${result.exitCode}`);
    return { whole: result.milliseconds / 1000, steps: spans };
  } finally {
    client.close();
    await all.closeAll();
  }
}

function rowsOf(deploy: Deploy | undefined, floor: Floor | undefined): readonly Row[] {
  const installed = deploy?.steps.get(PACKAGES)?.to;
  const length = (span: Span | undefined): number | undefined => span && span.to - span.from;
  const names = [...new Set([...(deploy?.steps.keys() ?? []), ...(floor?.steps.keys() ?? [])])];
  return [
    { phase: 'hosts and packages', seconds: installed, floor: floor?.packages },
    ...names
      .filter((name) => name !== 'preflight' && name !== PACKAGES)
      .map((name) => ({
        phase: `  ${name}`,
        seconds: length(deploy?.steps.get(name)),
        floor: length(floor?.steps.get(name)),
      })),
    {
      // Of the deploy, what is left after the last package: it does the rest meanwhile.
      phase: 'migrations and services',
      seconds: deploy && installed !== undefined ? deploy.whole - installed : undefined,
      floor: floor?.rest,
    },
    { phase: 'whole', seconds: deploy?.whole, floor: floor && floor.packages + floor.rest },
  ];
}

function ratioOf({ seconds, floor }: Row): number | undefined {
  return seconds === undefined || floor === undefined ? undefined : seconds / floor;
}

function printTable(rows: readonly Row[], load: readonly number[], cold: boolean): void {
  const digits = (value: number | undefined, count = 1): string => value?.toFixed(count) ?? '';
  const table = new Table({ head: ['phase', 'seconds', 'floor', 'ratio'], style: { head: [], border: [] } });
  for (const row of rows)
    table.push([row.phase, digits(row.seconds), digits(row.floor), digits(ratioOf(row), 2)]);
  const whole = rows.at(-1);
  const limit = cold ? AIM.cold : AIM.warm;
  const ratio = whole && ratioOf(whole);
  process.stdout.write(`${table.toString()}\n`);
  if (ratio !== undefined)
    process.stdout.write(`${ratio.toFixed(2)} × the floor; the aim is at most ${AIM.ratio}.\n`);
  if (whole?.seconds !== undefined) {
    const minutes = (whole.seconds / 60).toFixed(1);
    process.stdout.write(
      `${minutes} min with a ${cold ? 'cold' : 'warm'} package cache; the aim is under ${limit / 60}.\n`,
    );
  }
  process.stdout.write(
    `Steps run side by side, so theirs don't add up. Load before each part: ${load.map((value) => value.toFixed(1)).join(', ')}.\n`,
  );
}

function optionOf(options: readonly string[], name: string): string | undefined {
  const at = options.indexOf(name);
  return at < 0 ? undefined : options[at + 1];
}

async function main(options: readonly string[]): Promise<void> {
  const cold = options.includes('--cold');
  const only = optionOf(options, '--only');
  const layer = optionOf(options, '--layer');
  const folder = mkdtempSync(join(tmpdir(), 'cloudwright-bench-'));
  const directory = cold ? mkdtempSync(join(tmpdir(), 'cloudwright-bench-lab-')) : labDirectory();
  const place = { directory, folder, layer };
  const load: number[] = [];
  let floor: Floor | undefined;
  let deploy: Deploy | undefined;
  const measure = {
    floor: async (): Promise<void> => {
      load.push(loadavg()[0] ?? 0);
      say('The floor:');
      floor = await onBareNode(place, (cloud) =>
        measureFloor(cloud, { warm: !cold || only === 'floor', say }),
      );
    },
    deploy: async (): Promise<void> => {
      load.push(loadavg()[0] ?? 0);
      say('The deploy:');
      deploy = await onBareNode(place, measureDeploy);
    },
  };
  // What goes first warms the cache; the floor's is always warm.
  const order = cold ? (['deploy', 'floor'] as const) : (['floor', 'deploy'] as const);
  try {
    for (const part of order) if (only === undefined || only === part) await measure[part]();
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (cold) rmSync(directory, { recursive: true, force: true });
  }
  const rows = rowsOf(deploy, floor);
  if (!options.includes('--json')) return printTable(rows, load, cold);
  const figures = rows.map((row) => ({ ...row, phase: row.phase.trim(), ratio: ratioOf(row) }));
  const json = { cold, load, aims: AIM, migrations: floor?.migrations, phases: figures };
  process.stdout.write(`${JSON.stringify(json, undefined, 2)}\n`);
}

await main(process.argv.slice(2));
