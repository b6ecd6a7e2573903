/**
 * The floor of a deploy: the same packages in one `apt-get install`, and then the same migrations and starts on the
 * same kind of node, each begun the moment that what it needs is done; with them the accounts and catalog entries,
 * without which daemons end. Nothing is planned, checked or waited for but the clusters, which are formed by their own
 * decisions, and the ports at the end. What is done is taken from the steps' own resources.
 *
 * The labs' file systems are volatile, so syncing costs nothing on either side: compare figures of one run only.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { cloudClient } from '../src/app/client.ts';
import type { Cloud } from '../src/cloud/cloud.ts';
import type { Resource } from '../src/engine/resource.ts';
import type { Connection, ShellResult } from '../src/hosts/connection.ts';
import { connections } from '../src/hosts/connections.ts';
import type { Text } from '../src/secrets/confidential.ts';
import { describeWork, type Job, type Work } from './deployWork.ts';

export interface Span {
  /** Seconds since the first migration or start. */
  readonly from: number;
  readonly to: number;
}

export interface Floor {
  readonly packages: number;
  /** From the end of the packages until every migration is done and every port answers. */
  readonly rest: number;
  /** Until the last migration is done. */
  readonly migrations: number;
  readonly steps: ReadonlyMap<string, Span>;
}

const BAN = '/usr/sbin/policy-rc.d';
const HOUR = 3600;
/** Milliseconds that a cluster of one may take to form, and between two looks at it. */
const CLUSTER_LIMIT = 300_000;
const CLUSTER_PAUSE = 50;
const seconds = (began: number): number => (Date.now() - began) / 1000;

export async function measureFloor(
  cloud: Cloud,
  options: { readonly warm: boolean; readonly say: (line: string) => void },
): Promise<Floor> {
  const all = connections(cloud);
  const client = cloudClient(cloud, all, { patienceSeconds: 300 });
  try {
    const [host] = cloud.hosts;
    if (!host) throw new Error('the cloud has no host');
    const connection = await all.get(host.name);
    const work = await describeWork(cloud, connection);
    const run = (script: Text, doing: string): Promise<ShellResult> => must(connection, script, doing);
    await configure(connection, work, 'before');
    const packages = await installAll(run, work.packages, options);
    options.say('Writing the configuration of the deploy …');
    await configure(connection, work, 'after');
    options.say('Migrating the databases and starting the services …');
    return { packages, ...(await carryOut(run, client, work)) };
  } finally {
    client.close();
    await all.closeAll();
  }
}

async function must(connection: Connection, script: Text, doing: string): Promise<ShellResult> {
  const result = await connection.run({ script, doing, limitSeconds: HOUR });
  if (result.exitCode !== 0)
    throw new Error(`floor: ${doing}: ${result.stderr || result.stdout}`.slice(0, 3000));
  return result;
}

/** Files, directories, links, names and sources, one after another; no part of what is measured. */
async function configure(connection: Connection, work: Work, when: 'before' | 'after'): Promise<void> {
  for (const { resource, phase } of work.configuration) {
    const { kind, desired } = resource;
    if (phase !== when || kind.via !== 'shell') continue;
    const { stdout } = await connection.run({
      script: kind.read([desired]),
      doing: `read ${resource.id}`,
      limitSeconds: 60,
    });
    const change = kind.compare(desired, kind.parse(stdout, [desired])[0], { touched: false });
    if (change) await must(connection, change.script, change.summary);
  }
}

async function installAll(
  run: (script: Text, doing: string) => Promise<ShellResult>,
  names: readonly string[],
  { warm, say }: { readonly warm: boolean; readonly say: (line: string) => void },
): Promise<number> {
  const transaction = (more: string): string =>
    `export DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true
apt-get -y -q --no-install-recommends -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-unsafe-io ${more} install ${names.join(' ')} </dev/null >/tmp/floor-apt.log 2>&1 || { tail -n 20 /tmp/floor-apt.log >&2; exit 1; }`;
  await run('apt-get -q update >/dev/null', 'read the package lists');
  if (warm) {
    say(`Warming the package cache with ${names.length} packages and what they need …`);
    await run(`${transaction('--download-only')}\napt-get clean`, 'fetch the packages');
  }
  await run(`printf '#!/bin/sh\\nexit 101\\n' >${BAN} && chmod 755 ${BAN}`, 'ban service starts');
  say('Installing the packages in one transaction …');
  const began = Date.now();
  await run(transaction(''), 'install the packages');
  const took = seconds(began);
  await run(`rm -f ${BAN}; systemctl reload dbus; systemctl daemon-reload`, 'lift the ban');
  return took;
}

/** A cluster of one member, by the decisions that the engine would follow, without its pauses. */
async function form(
  run: (script: Text, doing: string) => Promise<ShellResult>,
  { id, kind, desired, members = [] }: Resource,
): Promise<void> {
  const [member = ''] = members;
  if (kind.via !== 'cluster') return;
  const limit = Date.now() + CLUSTER_LIMIT;
  while (Date.now() < limit) {
    const { stdout } = await run(kind.read(desired, member), `read ${id}`);
    const state = { reachable: true, state: kind.parse(stdout, member) } as const;
    const decision = kind.decide(desired, new Map([[member, state]]));
    if (decision.do === 'nothing') return;
    if (decision.do === 'refuse') throw new Error(`floor: ${id}: ${decision.problem.what}`);
    if (decision.do === 'act') await run(decision.change.script, `${id}: ${decision.change.summary}`);
    else await pause(CLUSTER_PAUSE);
  }
  throw new Error(`floor: ${id} was not formed within ${CLUSTER_LIMIT / 1000} s`);
}

async function register(api: unknown, { kind, desired }: Resource): Promise<void> {
  if (kind.via !== 'api') return;
  const [state] = await kind.read(api, [desired]);
  await kind.change(api, desired, state);
}

/** Every job as soon as what it comes after is done, all side by side; then the ports. */
async function carryOut(
  run: (script: Text, doing: string) => Promise<ShellResult>,
  api: unknown,
  work: Work,
): Promise<Omit<Floor, 'packages'>> {
  const began = Date.now();
  const done = new Map<string, Promise<void>>();
  const steps = new Map<string, Span>();
  let migrations = 0;
  const perform = async (job: Job): Promise<void> => {
    await Promise.all(job.after.map((id) => done.get(id)));
    const from = seconds(began);
    if (job.script !== undefined) await run(job.script, job.id);
    else if (job.resource.kind.via === 'cluster') await form(run, job.resource);
    else await register(api, job.resource);
    const to = seconds(began);
    if (job.migrates) migrations = Math.max(migrations, to);
    const span = steps.get(job.step);
    steps.set(job.step, { from: Math.min(span?.from ?? from, from), to: Math.max(span?.to ?? to, to) });
  };
  for (const job of work.jobs) done.set(job.id, perform(job));
  await Promise.all(done.values());
  await run(
    `for at in ${work.ports.join(' ')}; do
  left=1200
  until bash -c "exec 3<>/dev/tcp/\${at%:*}/\${at#*:}" 2>/dev/null; do
    left=$((left - 1)); [ $left -gt 0 ] || { echo "$at does not answer" >&2; exit 1; }
    sleep 0.1
  done
done`,
    'wait for every port',
  );
  return { rest: seconds(began), migrations, steps };
}
