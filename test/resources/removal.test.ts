import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Resource, ShellKind } from '../../src/engine/resource.ts';
import {
  aptSources,
  command,
  directory,
  file,
  hostsEntries,
  link,
  mysqlDatabase,
  mysqlUser,
  packages,
  service,
  sysctl,
} from '../../src/resources/index.ts';
import { Confidential, reveal } from '../../src/secrets/confidential.ts';
import { compare, converge, me, parse, plan, rehearsal, scratch } from './sh.ts';

const root = scratch();

// biome-ignore lint/suspicious/noExplicitAny: resources of any kind.
const kindOf = (resource: Resource): ShellKind<any, any> => resource.kind as ShellKind<any, any>;

/** The resource that the engine makes of what a host kept of an earlier one. */
function removed(resource: Resource): Resource {
  const { removal } = kindOf(resource);
  if (!removal) throw new Error(`${resource.id} cannot be removed`);
  const record = JSON.parse(JSON.stringify(removal.record(resource.desired)));
  return { ...resource, desired: removal.absence(record) };
}

const summaries = (resources: readonly Resource[]): (string | undefined)[] =>
  plan(resources).map((change) => change?.summary);

describe('what the description no longer has', () => {
  test('records hold text only, and no secret', () => {
    const password = new Confidential('hunter2');
    const all = [
      file('h', '/etc/x', password),
      directory('h', '/etc/y'),
      link('h', '/etc/z', '/etc/x'),
      service('h', 'nova-api'),
      sysctl('h', 'vm.swappiness', 1),
      hostsEntries('h', [{ address: '10.0.0.1', names: ['a'] }]),
      mysqlDatabase('h', 'nova'),
      mysqlUser('h', 'nova', password, ['nova.*']),
      aptSources('h', { suite: 'trixie', proxy: password }),
    ];
    for (const resource of all) {
      const record = kindOf(resource).removal?.record(resource.desired) ?? { missing: 1 };
      expect(Object.values(record).every((value) => typeof value === 'string')).toBe(true);
      expect(Object.values(record).join()).not.toContain('hunter2');
    }
  });

  test('packages stay, and a command leaves nothing to remove', () => {
    expect(kindOf(packages('h', 'x', ['bash'])).removal).toBeUndefined();
    const once = command('h', 'x', { doing: 'x', unless: 'true', script: 'true', limitSeconds: 1 });
    expect(kindOf(once).removal).toBeUndefined();
  });

  test('a file is deleted, together with wanted files in one read', () => {
    const gone = file('h', join(root, 'gone'), 'x', me);
    const stays = file('h', join(root, 'stays'), 'y', me);
    converge([gone, stays]);
    expect(summaries([removed(gone), stays])).toEqual([`remove ${join(root, 'gone')}`, undefined]);
    expect(converge([removed(gone), stays]).map(({ code }) => code)).toEqual([0]);
    expect(existsSync(join(root, 'gone'))).toBe(false);
    expect(summaries([removed(gone)])).toEqual([undefined]);
  });

  test('a directory in the place of a file stays', () => {
    const path = join(root, 'not-a-file');
    mkdirSync(path);
    expect(summaries([removed(file('h', path, 'x'))])).toEqual([undefined]);
  });

  test('a directory is removed only when it is empty', () => {
    const empty = directory('h', join(root, 'empty'), me);
    const used = directory('h', join(root, 'used'), me);
    converge([empty, used]);
    writeFileSync(join(root, 'used/data'), '');
    expect(summaries([removed(empty), removed(used)])).toEqual([
      `remove directory ${join(root, 'empty')}`,
      undefined,
    ]);
    expect(converge([removed(empty), removed(used)]).map(({ code }) => code)).toEqual([0]);
    expect(existsSync(join(root, 'empty'))).toBe(false);
    expect(summaries([removed(empty)])).toEqual([undefined]);
  });

  test('a link is removed, its target stays; a file in its place stays', () => {
    writeFileSync(join(root, 'target'), '');
    symlinkSync(join(root, 'target'), join(root, 'link'));
    const ours = removed(link('h', join(root, 'link'), join(root, 'target')));
    const theirs = removed(link('h', join(root, 'target'), '/elsewhere'));
    expect(summaries([ours, theirs])).toEqual([`remove link ${join(root, 'link')}`, undefined]);
    converge([ours, theirs]);
    expect(summaries([ours])).toEqual([undefined]);
    expect(existsSync(join(root, 'target'))).toBe(true);
  });

  test('a kernel setting is not set at the next start', () => {
    const place = join(root, 'sysctl');
    const dropIns = join(place, 'etc/sysctl.d');
    mkdirSync(dropIns, { recursive: true });
    const path = join(dropIns, '60-cloudwright-kernel.ostype.conf');
    writeFileSync(path, 'kernel.ostype = Linux\n');
    const { run } = rehearsal(place, {});
    const absence = removed(sysctl('h', 'kernel.ostype', 'Linux'));
    const change = compare(absence, { running: 'Linux', kept: 'kernel.ostype = Linux' });
    expect(change?.summary).toBe(
      'remove the setting of kernel.ostype (the running value stays until the next start)',
    );
    expect(run(change?.script ?? '').code).toBe(0);
    expect(existsSync(path)).toBe(false);
    expect(compare(absence, { running: 'Linux' })).toBeUndefined();
  });

  test('names of hosts go, other lines stay', () => {
    const path = join(root, 'hosts');
    writeFileSync(path, '127.0.0.1\tlocalhost\n');
    const entries = hostsEntries('h', [{ address: '10.0.0.1', names: ['a'] }], { path });
    const before = plan([entries])[0];
    expect(before?.difference).toContain('+10.0.0.1\ta');
    const { run } = rehearsal(join(root, 'as-root'), { chown: '' });
    expect(run(before?.script ?? '').code).toBe(0);
    const [change] = plan([removed(entries)]);
    expect(change?.summary).toBe(`remove the cloud's hosts from ${path}`);
    expect(run(change?.script ?? '').code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe('127.0.0.1\tlocalhost\n');
    expect(summaries([removed(entries)])).toEqual([undefined]);
  });

  test('a database is lost with its data, an account is not', () => {
    const nova = removed(mysqlDatabase('h', 'nova'));
    const [there] = parse([nova], 'server\tup\ndatabase\t0\tutf8mb3\tutf8mb3_general_ci\n');
    const change = compare(nova, there);
    expect(change).toMatchObject({ summary: 'drop database nova', loses: 'database nova' });
    expect(reveal(change?.script ?? '')).toContain('DROP DATABASE IF EXISTS `nova`;');
    expect(compare(nova, parse([nova], 'server\tup\n')[0])).toBeUndefined();

    const user = removed(mysqlUser('h', 'nova', 'x', ['nova.*'], { from: '10.%' }));
    const [exists] = parse([user], 'server\tup\nuser\t0\t0\n');
    const drop = compare(user, exists);
    expect(drop).toMatchObject({ summary: 'drop database account nova@10.%' });
    expect(drop?.loses).toBeUndefined();
    expect(reveal(drop?.script ?? '')).toContain("DROP USER IF EXISTS 'nova'@'10.%';");
    expect(compare(user, parse([user], 'server\tup\n')[0])).toBeUndefined();
  });

  test('a server that does not answer is no proof that a database is gone', () => {
    const nova = removed(mysqlDatabase('h', 'nova'));
    expect(compare(nova, parse([nova], '')[0])?.loses).toBe('database nova');
  });
});
