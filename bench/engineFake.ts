import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Resource } from '../src/engine/resource.ts';
import { planOnly } from '../src/engine/run.ts';
import type { Step } from '../src/engine/step.ts';
import type { Connection, Connections, ShellResult } from '../src/hosts/connection.ts';
import { openLocal } from '../src/hosts/local.ts';
import { file } from '../src/resources/file.ts';
import { directory } from '../src/resources/paths.ts';
import { Confidential, reveal } from '../src/secrets/confidential.ts';

const STEPS = 10;
const RESOURCES = 250;
const FOLDERS = 2;
/** One of so many files differs from what is described. */
const DIFFERING = 10;
const ANSWER_MILLISECONDS = 2;
const SECRETS = 60;

export interface FakeFigures {
  readonly hosts: number;
  readonly resources: number;
  readonly planned: number;
  readonly seconds: number;
  /** Largest resident memory of the process, MiB. */
  readonly peakMiB: number;
}

const makeBody = (index: number): string =>
  `[section${index}]\n${Array.from({ length: 20 }, (_, line) => `key${line} = value ${index * line}`).join('\n')}\n`;

const BODIES = Array.from({ length: RESOURCES }, (_, index) => makeBody(index));
const bodyOf = (index: number): string => BODIES[index] ?? '';

/**
 * Plans `count` hosts of 250 resources. The hosts share one folder of this machine: what the first of them reads is
 * what all others answer after 2 ms, so that what is measured is the engine.
 */
export async function planFakeHosts(count: number): Promise<FakeFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'cloudwright-bench-'));
  const local = await openLocal('local');
  try {
    for (let step = 0; step < STEPS; step++) {
      for (let index = 0; index < FOLDERS; index++)
        mkdirSync(join(folder, `s${step}/d${index}`), { recursive: true });
      for (let index = 0; index < RESOURCES / STEPS - FOLDERS; index++) {
        const content = index % DIFFERING === 0 ? 'old\n' : bodyOf(index);
        writeFileSync(join(folder, `s${step}/f${index}.conf`), content, { mode: 0o644 });
      }
    }
    const hosts = Array.from({ length: count }, (_, index) => ({ name: `host${index}` }));
    const secrets = Array.from(
      { length: SECRETS },
      (_, index) => new Confidential(`secret-number-${index}-of-many`),
    );
    let events = 0;
    const connections = fakeConnections(local);
    const plan = (chosen: typeof hosts) =>
      planOnly({
        steps: Array.from({ length: STEPS }, (_, step) => fakeStep(folder, step)),
        subject: { name: 'fake', hosts: chosen },
        secrets,
        connections,
        emit: () => {
          events += 1;
        },
      });
    // What this machine answers to the first host is the answer of all.
    await plan(hosts.slice(0, 1));
    const began = performance.now();
    const { changes, outcome } = await plan(hosts);
    const seconds = (performance.now() - began) / 1000;
    if (outcome !== 'done') throw new Error('the plan was not made');
    if (events < changes.length) throw new Error('changes without events');
    const peakMiB = process.resourceUsage().maxRSS / 1024;
    return { hosts: count, resources: count * RESOURCES, planned: changes.length, seconds, peakMiB };
  } finally {
    await local.close();
    rmSync(folder, { recursive: true });
  }
}

function fakeStep(folder: string, step: number): Step {
  return {
    name: `step${step}`,
    title: `Step ${step}`,
    needs: step === 0 ? [] : [`step${step - 1}`],
    resources: ({ facts }) =>
      [...facts.keys()].flatMap((host) => resourcesOf(host, join(folder, `s${step}`))),
    checks: () => [],
  };
}

function resourcesOf(host: string, folder: string): readonly Resource[] {
  const folders = Array.from({ length: FOLDERS }, (_, index) => directory(host, join(folder, `d${index}`)));
  const files: Resource[] = [];
  for (let index = 0; index < RESOURCES / STEPS - FOLDERS; index++) {
    const before = files.at(-1);
    const after = before ? [...folders, before] : folders;
    files.push(file(host, join(folder, `f${index}.conf`), bodyOf(index), { after }));
  }
  return [...folders, ...files];
}

/** Answers every host's request with what this machine answered to the first one that was alike. */
function fakeConnections(local: Connection): Connections {
  const TOKEN = /cw-[0-9a-f]{24}/;
  const known = new Map<string, Promise<{ readonly token: string; readonly result: ShellResult }>>();
  const connectionTo = (host: string): Connection => ({
    host,
    close: async () => {},
    run: async (request) => {
      const script = reveal(request.script);
      const token = TOKEN.exec(script)?.[0] ?? '';
      const key = `${request.doing} ${script.length}`;
      const first = known.get(key) ?? local.run(request).then((result) => ({ token, result }));
      known.set(key, first);
      const [{ token: old, result }] = await Promise.all([first, pause(ANSWER_MILLISECONDS)]);
      if (old === token) return result;
      const { exitCode, stdout, stderr } = result;
      return { exitCode, stdout: stdout.replaceAll(old, token), stderr: stderr.replaceAll(old, token) };
    },
  });
  return {
    get: async (host) => {
      await pause(ANSWER_MILLISECONDS);
      return connectionTo(host);
    },
    fresh: async (host) => connectionTo(host),
    forward: async () => '',
    closeAll: async () => {},
  };
}
