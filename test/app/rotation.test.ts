import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { journaled } from '../../src/app/apply.ts';
import type { AppEvent, Caller, NewEvent } from '../../src/app/caller.ts';
import { defaultAnswers, renderDescription } from '../../src/app/init/description.ts';
import { distributedAt, rotateFernet, rotationRule } from '../../src/app/rotation.ts';
import { makeVaultOf } from '../../src/app/vault.ts';
import { lockFile, takeLock } from '../../src/engine/lock.ts';
import { CloudwrightError } from '../../src/errors/problem.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-03-01T12:00:00Z');

let folder = '';
let file = '';
let caller: Caller;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cloudwright-rotation-'));
  file = join(folder, 'cloud.yaml');
  writeFileSync(file, renderDescription({ ...defaultAnswers('all-in-one'), trial: true }));
  caller = { signal: new AbortController().signal, environment: {}, emit: () => undefined };
  await makeVaultOf({ file }, caller);
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Run {
  readonly at: number;
  readonly command?: string;
  readonly hosts?: readonly string[];
  readonly outcome?: 'done' | 'failed';
  readonly unreachable?: string;
  readonly step?: string;
}

function eventsOf(run: Run): readonly AppEvent[] {
  const { at, command = 'apply', hosts = ['control1'], outcome = 'done', step = 'identity' } = run;
  const lost = { code: 'X', severity: 'error', what: '', why: '', next: '' };
  const events: NewEvent[] = [
    { type: 'run-started', run: `r${at}`, command, cloud: 'c', steps: [], hosts, version: '', pid: 1 },
    ...(run.unreachable === undefined
      ? []
      : [{ type: 'host-unreachable', host: run.unreachable, problem: lost } as unknown as NewEvent]),
    { type: 'step-verified', step, milliseconds: 1, changed: 0 },
    { type: 'run-finished', outcome, milliseconds: 1, changed: 0, recap: {} },
  ];
  return events.map((event, index) => ({ at: at + index, ...event }) as AppEvent);
}

async function applied(run: Run): Promise<void> {
  await journaled(folder, caller, async ({ emit }) => {
    for (const event of eventsOf(run)) emit(event);
  });
}

const rotate = (at: number) => rotateFernet({ file, now: new Date(at) }, caller);
const refused = async (at: number): Promise<unknown> =>
  await rotate(at).then(
    () => 'rotated',
    (error: unknown) =>
      error instanceof CloudwrightError ? error.problems.map(({ code, what }) => `${code} ${what}`) : error,
  );

describe('rotating the fernet keys of a cloud', () => {
  it('waits for their distribution, and then for the life of a token', async () => {
    const pending = [
      'VAULT_ROTATION_PENDING The fernet keys of the vault are not known to be on all control hosts.',
    ];
    expect(await refused(START)).toEqual(pending);
    await applied({ at: START });
    expect(await rotate(START + HOUR)).toEqual({ primary: 2, removed: [] });
    expect(await refused(START + 1000 * HOUR)).toEqual(pending);
    await applied({ at: START + 2 * HOUR, outcome: 'failed' });
    expect(await refused(START + 1000 * HOUR)).toEqual(pending);
    await applied({ at: START + 3 * HOUR });
    await applied({ at: START + 30 * HOUR });
    expect(await refused(START + 52 * HOUR)).toEqual([
      'VAULT_ROTATION_EARLY The fernet keys can be rotated again at 2026-03-03T16:00:00.001Z.',
    ]);
    expect(await rotate(START + 53 * HOUR)).toEqual({ primary: 3, removed: [] });
  });

  it('is refused while a run is at work', async () => {
    await applied({ at: START });
    const lock = takeLock(lockFile(folder), 'apply');
    try {
      expect(await refused(START + HOUR)).toMatchObject([expect.stringMatching(/^RUN_LOCKED/)]);
    } finally {
      lock.release();
    }
  });
});

describe('a distribution', () => {
  const at = (...runs: readonly Run[]) =>
    distributedAt(runs.flatMap(eventsOf), 100, ['control1', 'control2']);
  const hosts = ['control1', 'control2', 'compute1'];

  it('is the first complete run that began after the rotation', () => {
    expect(at({ at: 200, hosts }, { at: 300, hosts })).toBe(201);
    expect(at({ at: 99, hosts }, { at: 300, hosts, command: 'up' })).toBe(301);
  });

  it('is none that left out a control host, failed, verified something else or changed nothing', () => {
    expect(at({ at: 200, hosts: ['control1'] })).toBeUndefined();
    expect(at({ at: 200, hosts, unreachable: 'control2' })).toBeUndefined();
    expect(at({ at: 200, hosts, outcome: 'failed' })).toBeUndefined();
    expect(at({ at: 200, hosts, step: 'image' })).toBeUndefined();
    expect(at({ at: 200, hosts, command: 'verify' })).toBeUndefined();
    expect(at({ at: 200, hosts, step: 'image' }, { at: 99, hosts })).toBeUndefined();
  });
});

describe('the rule', () => {
  const override = (section: string, option: string, value: number) => ({
    service: 'identity',
    file: 'keystone.conf',
    section,
    option,
    value,
    scope: { kind: 'all' as const },
    place: { file: 'cloud.yaml', line: 1, column: 1 },
  });

  it('follows overrides, on the safe side', () => {
    expect(rotationRule({ overrides: [] })).toEqual({ most: 5, lifetimeSeconds: 49 * 3600 });
    const overrides = [
      override('token', 'expiration', 7200),
      override('token', 'allow_expired_window', 60),
      override('fernet_tokens', 'max_active_keys', 7),
      override('fernet_tokens', 'max_active_keys', 6),
    ];
    expect(rotationRule({ overrides })).toEqual({ most: 6, lifetimeSeconds: 50 * 3600 });
  });
});
