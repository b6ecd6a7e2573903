import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostLocks } from '../../src/engine/hostLock.ts';
import type { RunInput } from '../../src/engine/prepare.ts';
import { resource } from '../../src/engine/resource.ts';
import { apply, planOnly, verifyOnly } from '../../src/engine/run.ts';
import type { Connections } from '../../src/hosts/connection.ts';
import { reveal } from '../../src/secrets/confidential.ts';
import { type Toybox, toybox, toyFile, toyStep } from './toys.ts';

const DOING = 'take the lock of the cloud';
const HOSTS = ['control2', 'control1', 'compute1'];

let folder: string;
let boxes: Toybox[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cw-locks-'));
  boxes = [];
});
afterEach(async () => {
  for (const box of boxes) await box.remove();
  rmSync(folder, { recursive: true });
});

function machine(dead: readonly string[] = []): Toybox {
  const box = toybox(HOSTS, dead);
  boxes.push(box);
  return box;
}

/** All toy hosts are this machine: each gets a folder of its own for its lock. */
function apart(connections: Connections): Connections {
  return {
    ...connections,
    async get(host) {
      const connection = await connections.get(host);
      return {
        ...connection,
        run: (request) =>
          connection.run({
            ...request,
            script: reveal(request.script)
              .replace(folder, join(folder, host))
              .replace('/var/lib/cloudwright/cloud-id', join(folder, `${host}.cloud-id`)),
          }),
      };
    },
  };
}

function input(box: Toybox, more: Partial<HostLocks> & { user?: string } = {}): RunInput {
  const { user = 'anna', ...locks } = more;
  const owner = { command: 'apply', user, machine: `of-${user}`, pid: 4711, since: '2026-01-02T03:04:05Z' };
  const done = resource(toyFile, 'compute1', 'done', { path: join(box.folder, 'done'), content: user });
  return box.input([toyStep('s', [done])], {
    connections: apart(box.connections),
    locks: { hosts: ['control2', 'control1'], owner, folder, patienceSeconds: 0.1, ...locks },
  });
}

const locked = (box: Toybox): readonly string[] =>
  box.requests.filter(({ doing }) => doing === DOING).map(({ host }) => host);

describe('the lock of a cloud on its hosts', () => {
  it('keeps a run on another machine out until the connections of the first end', async () => {
    const [first, second] = [machine(), machine()];
    expect(await apply(input(first, { user: "o'neil" }))).toMatchObject({ outcome: 'done', changed: 1 });
    let vaultWritten = false;
    const late: RunInput = {
      ...input(second),
      beforeChanges: async () => {
        vaultWritten = true;
      },
    };
    expect(await apply(late)).toMatchObject({ outcome: 'failed', changed: 0, exitCode: 4 });
    expect(vaultWritten).toBe(false);
    expect(existsSync(join(second.folder, 'done'))).toBe(false);
    expect(second.problems).toMatchObject([{ code: 'RUN_LOCKED_ELSEWHERE', place: { host: 'control1' } }]);
    expect(second.problems[0]?.what).toContain(
      "`apply` by o'neil@of-o'neil, process 4711, since 2026-01-02T03:04:05Z",
    );
    await first.connections.closeAll();
    expect(await apply(late)).toMatchObject({ outcome: 'done', changed: 1 });
    expect(vaultWritten).toBe(true);
  });

  it('is taken in the order of the names, on those of its hosts that were reached', async () => {
    const [whole, degraded] = [machine(), machine(['control1'])];
    await apply({ ...input(whole), selection: { hosts: ['compute1'] } });
    expect(locked(whole)).toEqual(['control1', 'control2']);
    await whole.connections.closeAll();
    const result = await apply(input(degraded));
    expect(result.changed).toBe(1);
    expect(locked(degraded)).toEqual(['control2']);
  });

  it('is given up where one of them is taken', async () => {
    const [first, second, third] = [machine(['control1']), machine(), machine(['control2'])];
    await apply(input(first, { user: 'first' }));
    expect(await apply(input(second, { user: 'second' }))).toMatchObject({ exitCode: 4 });
    expect(second.problems[0]?.what).toContain('first@of-first');
    await second.connections.closeAll();
    expect((await apply(input(third))).changed).toBe(1);
  });

  it('is not taken by a plan or a verification', async () => {
    const [first, second] = [machine(), machine()];
    await apply(input(first));
    expect(await planOnly(input(second))).toMatchObject({ outcome: 'done' });
    expect(await verifyOnly(input(second))).toMatchObject({ outcome: 'done' });
    expect(locked(second)).toEqual([]);
  });

  // An exclusive lock can be held through a descriptor that only reads.
  it('is in a file that nobody else can open', async () => {
    await apply(input(machine()));
    expect(statSync(join(folder, 'control1', 'lock')).mode & 0o777).toBe(0o600);
  });

  it('is taken from a connection of the same run that was lost, before its host has noticed', async () => {
    const [lost, again, other] = [machine(), machine(), machine()];
    await apply(input(lost, { user: 'same' }));
    expect(await apply(input(again, { user: 'same' }))).toMatchObject({ outcome: 'done' });
    await apply(input(other));
    expect(other.problems[0]).toMatchObject({
      code: 'RUN_LOCKED_ELSEWHERE',
      next: expect.stringMatching(/`kill \d+` on control1/),
    });
  });

  it('ends a first run that another one has overtaken since the facts were read', async () => {
    const box = machine();
    writeFileSync(join(folder, 'control2.cloud-id'), 'theirs\n');
    let vaultWritten = false;
    const late: RunInput = {
      ...input(box),
      beforeChanges: async () => {
        vaultWritten = true;
      },
    };
    expect(await apply({ ...late, subject: { ...late.subject, id: 'ours' } })).toMatchObject({ changed: 0 });
    expect(box.problems).toMatchObject([{ code: 'HOST_OF_OTHER_CLOUD', place: { host: 'control2' } }]);
    expect(vaultWritten).toBe(false);
  });

  it('is missed aloud where no control host answers', async () => {
    const box = machine(['control1', 'control2']);
    await apply(input(box));
    expect(box.events).toContainEqual(
      expect.objectContaining({ type: 'note', text: expect.stringContaining('No control host answers') }),
    );
  });

  it('is told apart from a host on which it cannot be taken', async () => {
    const box = machine();
    writeFileSync(join(folder, 'control1'), 'no folder');
    expect(await apply(input(box))).toMatchObject({ outcome: 'failed', changed: 0, exitCode: 1 });
    expect(box.problems).toMatchObject([{ code: 'RUN_LOCK_FAILED', place: { host: 'control1' } }]);
    expect(box.problems[0]?.evidence).toContain('control1');
  });

  it('names nobody where the owner has not written who it is', async () => {
    const [first, second] = [machine(), machine()];
    await apply(input(first));
    writeFileSync(join(folder, 'control1', 'lock'), '7 {"user":');
    await apply(input(second));
    expect(second.problems[0]?.what).toContain('`unknown` by unknown@unknown');
  });
});
