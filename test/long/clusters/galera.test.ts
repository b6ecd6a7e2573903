import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { galeraKind } from '../../../src/infrastructure/galera/kind.ts';
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

describe('Galera', () => {
  const desired = (members = described) => ({
    members,
    wish: 'converge' as const,
    platform: {
      unit: 'mariadb.service',
      data: '/var/lib/mysql',
      position: '/run/cloudwright/galera-position',
      stamp: '/var/lib/cloudwright/started/mariadb.service',
    },
    transfer: { account: 'mysql' },
    transferLimitSeconds: 600,
  });

  const configure = (host: Host, clustered: boolean) =>
    on(
      host,
      `cat >/etc/mysql/mariadb.conf.d/90-cloudwright.cnf <<'CNF'
[mariadbd]
bind-address = ${addresses[host]}
innodb_buffer_pool_size = 64M
performance_schema = OFF
${
  clustered
    ? `binlog_format = ROW
innodb_autoinc_lock_mode = 2
[galera]
wsrep_on = ON
wsrep_provider = /usr/lib/galera/libgalera_smm.so
wsrep_cluster_name = test
wsrep_cluster_address = gcomm://${Object.values(addresses).join(',')}
wsrep_node_name = ${host}
wsrep_node_address = ${addresses[host]}
wsrep_sst_method = mariabackup
wsrep_sst_auth = mysql:
wsrep_provider_options = "gcache.size=32M;gmcast.listen_addr=tcp://${addresses[host]}:4567;pc.recovery=TRUE"`
    : ''
}
CNF
mkdir -p /etc/systemd/system/mariadb.service.d
printf '[Service]\\nRestart=on-failure\\n' >/etc/systemd/system/mariadb.service.d/cloudwright.conf
systemctl daemon-reload`,
    );

  /** As a reinstalled host: the package's own empty data. */
  const wipe = (host: string) =>
    on(
      host,
      `systemctl kill -s KILL mariadb; systemctl stop mariadb; rm -rf /var/lib/mysql/* /run/cloudwright
mariadb-install-db --user=mysql --skip-test-db --auth-root-authentication-method=socket >/dev/null`,
    );

  const rows = () =>
    Promise.all(
      hosts.map((host) => on(host, "mariadb -N -B -e 'select group_concat(n order by n) from keep.t'")),
    );
  const kept = async () => ((await rows())[0] ?? '').split(',').map(Number);
  const everywhere = (numbers: readonly number[]) =>
    hosts.map(() => [...numbers].sort((a, b) => a - b).join(','));
  const insert = (host: string, n: number) => on(host, `mariadb -e 'insert into keep.t values (${n})'`);

  beforeAll(async () => {
    await beginClusters('longgalera', ['mariadb']);
    for (const host of hosts) {
      await wipe(host);
      await configure(host, false);
    }
  }, limit);
  afterAll(endClusters, limit);

  test(
    'a plain server holds data; it grows to three members with its data',
    async () => {
      await on(
        'control2',
        'systemctl start mariadb; mariadb -e "create database keep; create table keep.t (n int primary key)"',
      );
      await insert('control2', 1);
      for (const host of hosts) await configure(host, true);
      const done = actions(await converge(galeraKind, desired()));
      expect(done[0]).toBe('act control2: form the Galera cluster from the data of control2');
      expect(done.at(-1)).toBe('nothing');
      expect(await rows()).toEqual(['1', '1', '1']);
    },
    limit,
  );

  test(
    'a second run does nothing',
    async () => {
      expect(await converge(galeraKind, desired())).toEqual(['nothing']);
    },
    limit,
  );

  test(
    'a killed member rejoins',
    async () => {
      const before = await kept();
      await on('control3', 'systemctl kill -s KILL mariadb; systemctl stop mariadb');
      await insert('control1', 2);
      expect(actions(await converge(galeraKind, desired()))).toEqual([
        'act control3: join MariaDB on control3 to the cluster',
        'nothing',
      ]);
      expect(await rows()).toEqual(everywhere([...before, 2]));
    },
    limit,
  );

  test(
    'the wiped first host joins and never forms a cluster of its own',
    async () => {
      const before = await kept();
      await wipe('control1');
      await insert('control2', 3);
      expect(actions(await converge(galeraKind, desired()))).toEqual([
        'act control1: join MariaDB on control1 to the cluster',
        'nothing',
      ]);
      expect(await rows()).toEqual(everywhere([...before, 3]));
    },
    limit,
  );

  test(
    'all lose their power: they re-form by themselves',
    async () => {
      const before = await kept();
      await cut(...hosts);
      await heal(...hosts);
      const outcomes = await converge(galeraKind, desired());
      expect(outcomes.at(-1)).toBe('nothing');
      expect(outcomes.join()).not.toContain('form the Galera cluster from');
      expect(await rows()).toEqual(everywhere(before));
    },
    limit,
  );

  test(
    'all lose their power and the first is wiped: the furthest data forms',
    async () => {
      const before = await kept();
      await insert('control3', 4);
      await cut(...hosts);
      await heal('control1');
      await wipe('control1');
      expect(await converge(galeraKind, desired())).toEqual(['refuse CLUSTER_MEMBER_UNREACHABLE control2']);
      await heal('control2', 'control3');
      const done = actions(await converge(galeraKind, desired()));
      expect(done.join()).toMatch(/act control[23]: form the Galera cluster from the data of control[23]/);
      expect(done).toContain('act control1: join MariaDB on control1 to the cluster');
      expect(await rows()).toEqual(everywhere([...before, 4]));
    },
    limit,
  );

  test(
    'all stopped in order: the furthest data forms',
    async () => {
      const before = await kept();
      await on('control1', 'systemctl stop mariadb');
      await insert('control2', 5);
      await on('control2', 'systemctl stop mariadb');
      await insert('control3', 6);
      await on('control3', 'systemctl stop mariadb');
      const done = actions(await converge(galeraKind, desired()));
      expect(done[0]).toMatch(/^act control3: form the Galera cluster from the data of control3/);
      expect(await rows()).toEqual(everywhere([...before, 5, 6]));
    },
    limit,
  );

  test(
    'data of another cluster is refused',
    async () => {
      await wipe('control1');
      await configure('control1', false);
      await on('control1', 'systemctl restart mariadb; mariadb -e "create database other"');
      expect(await converge(galeraKind, desired())).toEqual(['refuse CLUSTER_DIFFERENT_DATA control1']);
      await wipe('control1');
      await configure('control1', true);
      expect((await converge(galeraKind, desired())).at(-1)).toBe('nothing');
    },
    limit,
  );

  test(
    'reading the state changes nothing',
    async () => {
      await ssh('control1', 'systemctl stop mariadb');
      const snapshot = 'find /var/lib/mysql -type f -exec stat -c "%n %Y %s" {} + | sort';
      const before = await on('control1', snapshot);
      await on('control1', galeraKind.read(desired(), 'control1'));
      expect(await on('control1', snapshot)).toBe(before);
      await onAll('systemctl stop mariadb');
    },
    limit,
  );
});
