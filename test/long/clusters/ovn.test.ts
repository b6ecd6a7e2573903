import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OvnDatabaseDesired } from '../../../src/infrastructure/ovn/desired.ts';
import { ovnDatabaseKind } from '../../../src/infrastructure/ovn/kind.ts';
import {
  actions,
  addresses,
  beginClusters,
  converge,
  cut,
  described,
  endClusters,
  type Host,
  heal,
  hosts,
  on,
  onAll,
  ssh,
} from '../support/clusterLab.ts';

const limit = 900_000;

describe('OVN', () => {
  const desired = (members = described): OvnDatabaseDesired => ({
    database: 'OVN_Northbound',
    members,
    wish: 'converge',
    protocol: 'tcp',
    raftPort: 6643,
    electionTimer: 8000,
    platform: {
      unit: 'ovn-ovsdb-server-nb.service',
      file: '/var/lib/ovn/ovnnb_db.db',
      schema: '/usr/share/ovn/ovn-nb.ovsschema',
      control: '/run/ovn/ovnnb_db.ctl',
      stamp: '/var/lib/cloudwright/started/ovn-ovsdb-server-nb.service',
    },
  });
  const title = 'OVN northbound database';

  const configure = (host: Host) =>
    on(
      host,
      `systemctl stop ovn-central ovn-ovsdb-server-nb ovn-ovsdb-server-sb ovn-northd
mkdir -p /etc/ovn /etc/systemd/system/ovn-ovsdb-server-nb.service.d
cat >/etc/ovn/northbound.json <<'JSON'
{"remotes": {"punix:/run/ovn/ovnnb_db.sock": {}, "ptcp:6641:${addresses[host]}": {"inactivity-probe": 60000}},
 "databases": {"/var/lib/ovn/ovnnb_db.db": {}}}
JSON
printf 'OVN_CTL_OPTS="--db-nb-config-file=/etc/ovn/northbound.json"\\n' >/etc/default/ovn-central
printf '[Unit]\\nAssertPathExists=/var/lib/ovn/ovnnb_db.db\\n' >/etc/systemd/system/ovn-ovsdb-server-nb.service.d/cloudwright.conf
systemctl daemon-reload`,
    );

  /** As a reinstalled host. */
  const wipe = (host: string) =>
    on(host, 'systemctl stop ovn-ovsdb-server-nb; rm -rf /var/lib/ovn; mkdir /var/lib/ovn');
  const switches = (host: string) =>
    on(
      host,
      'ovn-nbctl --no-leader-only --format=csv --no-headings --columns=name list Logical_Switch | sort | xargs',
    );
  const remotes = Object.values(addresses)
    .map((address) => `tcp:${address}:6641`)
    .join(',');
  const add = (host: string, name: string) =>
    on(host, `ovn-nbctl --db=${remotes} --timeout=20 ls-add ${name}`);

  beforeAll(async () => {
    await beginClusters('longovn', ['ovn-central']);
    for (const host of hosts) {
      await configure(host);
      await wipe(host);
    }
  }, limit);
  afterAll(endClusters, limit);

  test(
    'a standalone database grows to three members with its rows',
    async () => {
      expect(await converge(ovnDatabaseKind, desired(described.slice(2)), ['control3'])).toEqual([
        `act control3: create the ${title} on control3`,
        'nothing',
      ]);
      await on('control3', 'ovn-nbctl ls-add one');
      expect(actions(await converge(ovnDatabaseKind, desired()))).toEqual([
        `act control3: form the cluster of the ${title} from the rows of control3`,
        `act control1: join control1 to the cluster of the ${title}`,
        `act control2: join control2 to the cluster of the ${title}`,
        'nothing',
      ]);
      expect(await Promise.all(hosts.map(switches))).toEqual(['one', 'one', 'one']);
    },
    limit,
  );

  test(
    'a second run does nothing',
    async () => {
      expect(await converge(ovnDatabaseKind, desired())).toEqual(['nothing']);
    },
    limit,
  );

  test(
    'each member listens on its own address only',
    async () => {
      for (const host of hosts) {
        const listeners = await on(
          host,
          'ss -Htln | awk "{print \\$4}" | grep -E ":664[13]$" | sort | xargs',
        );
        expect(listeners).toBe(`${addresses[host]}:6641 ${addresses[host]}:6643`);
      }
    },
    limit,
  );

  test(
    'a short election timer is raised',
    async () => {
      const raised = { ...desired(), electionTimer: 20_000 };
      expect(actions(await converge(ovnDatabaseKind, raised))).toEqual([
        expect.stringMatching(/^act control[123]: set the election timer of the .* to 16000 ms$/),
        expect.stringMatching(/^act control[123]: set the election timer of the .* to 20000 ms$/),
        'nothing',
      ]);
    },
    limit,
  );

  test(
    'a killed member comes back',
    async () => {
      await on(
        'control2',
        'systemctl kill -s KILL ovn-ovsdb-server-nb; systemctl stop ovn-ovsdb-server-nb; true',
      );
      await add('control1', 'two');
      expect((await converge(ovnDatabaseKind, desired())).at(-1)).toBe('nothing');
      expect(await switches('control2')).toBe('one two');
    },
    limit,
  );

  test(
    'the wiped first host replaces its old server and joins',
    async () => {
      await wipe('control1');
      const done = actions(await converge(ovnDatabaseKind, desired()));
      expect(done).toEqual([
        expect.stringMatching(/^act control[23]: remove the server tcp:192.168.21.11:6643 from the cluster/),
        `act control1: join control1 to the cluster of the ${title}`,
        'nothing',
      ]);
      expect(await switches('control1')).toBe('one two');
      expect(
        await on(
          'control1',
          'ovn-appctl -t /run/ovn/ovnnb_db.ctl cluster/status OVN_Northbound | grep -c " at tcp:"',
        ),
      ).toBe('3');
    },
    limit,
  );

  test(
    'an absent database never starts by itself as a new one',
    async () => {
      await wipe('control1');
      expect((await ssh('control1', 'systemctl start ovn-ovsdb-server-nb')).code).not.toBe(0);
      expect((await converge(ovnDatabaseKind, desired())).at(-1)).toBe('nothing');
    },
    limit,
  );

  test(
    'all lose their power and come back',
    async () => {
      await cut(...hosts);
      await heal(...hosts);
      expect((await converge(ovnDatabaseKind, desired())).at(-1)).toBe('nothing');
      expect(await Promise.all(hosts.map(switches))).toEqual(['one two', 'one two', 'one two']);
    },
    limit,
  );

  test(
    'without a majority nothing is formed',
    async () => {
      await wipe('control1');
      await wipe('control2');
      const outcomes = await converge(ovnDatabaseKind, desired());
      expect(outcomes.at(-1)).toBe('refuse CLUSTER_NO_QUORUM control1');
      expect(await switches('control3')).toBe('one two');
      await onAll('systemctl stop ovn-ovsdb-server-nb');
    },
    limit,
  );
});
