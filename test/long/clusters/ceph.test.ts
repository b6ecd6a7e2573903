import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MonitorDesired } from '../../../src/infrastructure/ceph/desired.ts';
import { monitorKind } from '../../../src/infrastructure/ceph/kind.ts';
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
} from '../support/clusterLab.ts';

const limit = 900_000;

describe('Ceph monitors', () => {
  const keyring = `[mon.]
\tkey = AQBx1nRnAAAAABAAnHwzz2qGDqoG4Zq9hIgb6A==
\tcaps mon = "allow *"
[client.admin]
\tkey = AQBx1nRnAAAAABAAnHwzz2qGDqoG4Zq9hIgb6A==
\tcaps mon = "allow *"
`;
  const desired = (members = described): MonitorDesired => ({
    fsid: '11111111-2222-4333-8444-555555555555',
    members,
    wish: 'converge',
    keyring,
    platform: {
      unit: 'ceph-mon',
      data: '/var/lib/ceph/mon',
      user: 'ceph',
      sockets: '/run/ceph',
      stamps: '/var/lib/cloudwright/started',
    },
  });
  const configure = (host: Host, members: readonly Host[]) =>
    on(
      host,
      `cat >/etc/ceph/ceph.conf <<'CONF'
[global]
fsid = 11111111-2222-4333-8444-555555555555
mon_initial_members = ${members.join(',')}
mon_host = ${members.map((member) => addresses[member]).join(',')}
public_network = 192.168.21.0/24
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
mon_data_avail_crit = 1
CONF
cat >/etc/ceph/ceph.client.admin.keyring <<'KEYRING'
${keyring}KEYRING`,
    );

  const wipe = (host: string) =>
    on(host, `systemctl stop ceph-mon@${host}; systemctl reset-failed; rm -rf /var/lib/ceph/mon/*`);
  const keep = (host: string, key: string) =>
    on(host, `ceph --connect-timeout 20 config-key set ${key} kept 2>/dev/null`);
  const quorum = (host: string) =>
    on(host, 'ceph --connect-timeout 20 -f json quorum_status | grep -o \'"quorum_names":[^]]*]\'');

  beforeAll(async () => {
    await beginClusters('longceph', ['ceph', 'ceph-mon']);
    for (const host of hosts) {
      await wipe(host);
      await configure(host, ['control2']);
    }
  }, limit);
  afterAll(endClusters, limit);

  test(
    'a lone monitor grows to three with its data',
    async () => {
      expect(actions(await converge(monitorKind, desired(described.slice(1, 2)), ['control2']))).toEqual([
        'act control2: create the Ceph monitor on control2',
        'nothing',
      ]);
      await keep('control2', 'one');
      for (const host of hosts) await configure(host, hosts);
      expect(actions(await converge(monitorKind, desired()))).toEqual([
        'act control1: create the Ceph monitor on control1 and join it to the cluster',
        'act control3: create the Ceph monitor on control3 and join it to the cluster',
        'nothing',
      ]);
      expect(await on('control1', 'ceph config-key get one')).toBe('kept');
      expect(
        await on(
          'control1',
          'ceph -f json mon dump 2>/dev/null | grep -o "192.168.21.1[123]:3300" | sort -u | wc -l',
        ),
      ).toBe('3');
    },
    limit,
  );

  test(
    'a second run does nothing',
    async () => {
      expect(await converge(monitorKind, desired())).toEqual(['nothing']);
    },
    limit,
  );

  test(
    'a killed monitor comes back',
    async () => {
      await on(
        'control3',
        'systemctl kill -s KILL ceph-mon@control3; systemctl stop ceph-mon@control3; true',
      );
      expect((await converge(monitorKind, desired())).at(-1)).toBe('nothing');
    },
    limit,
  );

  test(
    'the wiped first host joins',
    async () => {
      await wipe('control1');
      expect(actions(await converge(monitorKind, desired()))).toEqual([
        'act control1: create the Ceph monitor on control1 and join it to the cluster',
        'nothing',
      ]);
      expect(await quorum('control1')).toContain('control1');
    },
    limit,
  );

  test(
    'all lose their power, the first is wiped',
    async () => {
      await cut(...hosts);
      await heal(...hosts);
      await wipe('control1');
      const done = actions(await converge(monitorKind, desired()));
      expect(done.at(-1)).toBe('nothing');
      expect(await on('control1', 'ceph config-key get one')).toBe('kept');
    },
    limit,
  );

  test(
    'without a majority nothing is created',
    async () => {
      await wipe('control1');
      await wipe('control3');
      expect((await converge(monitorKind, desired())).at(-1)).toBe('refuse CLUSTER_NO_QUORUM control1');
    },
    limit,
  );

  test(
    'three empty hosts form',
    async () => {
      for (const host of hosts) await wipe(host);
      const done = actions(await converge(monitorKind, desired()));
      expect(done[0]).toBe('act control1: create the Ceph monitor on control1');
      expect(done.at(-1)).toBe('nothing');
    },
    limit,
  );

  test(
    'a monitor of another cluster is refused',
    async () => {
      const other = { ...desired(), fsid: '99999999-2222-4333-8444-555555555555' };
      expect(await converge(monitorKind, other)).toEqual(['refuse CLUSTER_FOREIGN control1']);
      for (const host of hosts) await wipe(host);
    },
    limit,
  );
});
