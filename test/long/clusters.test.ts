import { beforeAll, describe, expect, test } from 'vitest';
import type { MonitorDesired } from '../../src/infrastructure/ceph/desired.ts';
import { monitorKind } from '../../src/infrastructure/ceph/kind.ts';
import { galeraKind } from '../../src/infrastructure/galera/kind.ts';
import type { OvnDatabaseDesired } from '../../src/infrastructure/ovn/desired.ts';
import { ovnDatabaseKind } from '../../src/infrastructure/ovn/kind.ts';
import { rabbitmqKind } from '../../src/infrastructure/rabbitmq/kind.ts';
import {
  actions,
  addresses,
  converge,
  cut,
  described,
  type Host,
  heal,
  hosts,
  lab,
  on,
  onAll,
  ssh,
} from './clusterLab.ts';

/*
 * The decisions against the real daemons. Needs a lab of its own, which it changes at will:
 *   cloudwright lab up --lab NAME control1 control2 control3
 * with the packages of the four clusters on each node, then CLOUDWRIGHT_CLUSTER_LAB=NAME.
 */
const limit = 600_000;

describe.skipIf(!lab)('Galera', () => {
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
    for (const host of hosts) {
      await wipe(host);
      await configure(host, false);
    }
  }, limit);

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

describe.skipIf(!lab)('RabbitMQ', () => {
  const desired = (members = described) => ({
    members,
    wish: 'converge' as const,
    platform: {
      unit: 'rabbitmq-server.service',
      user: 'rabbitmq',
      data: '/var/lib/rabbitmq',
      stamp: '/var/lib/cloudwright/started/rabbitmq-server.service',
    },
  });

  const configure = (host: Host) =>
    on(
      host,
      `cat >/etc/rabbitmq/rabbitmq.conf <<'CONF'
listeners.tcp.default = ${addresses[host]}:5672
distribution.listener.interface = ${addresses[host]}
distribution.listener.port_range.min = 25672
distribution.listener.port_range.max = 25672
cluster_partition_handling = pause_minority
CONF
cat >/etc/rabbitmq/rabbitmq-env.conf <<'CONF'
export ERL_EPMD_ADDRESS=${addresses[host]}
CTL_ERL_ARGS="-kernel inet_dist_use_interface {${addresses[host].replaceAll('.', ',')}}"
CONF
mkdir -p /etc/systemd/system/epmd.socket.d
cat >/etc/systemd/system/epmd.socket.d/cloudwright.conf <<'CONF'
[Socket]
ListenStream=
ListenStream=${addresses[host]}:4369
ListenStream=127.0.0.1:4369
FreeBind=yes
CONF
systemctl daemon-reload
systemctl stop rabbitmq-server
systemctl stop epmd.service epmd.socket
systemctl start epmd.socket`,
    );

  /** As a reinstalled host. */
  const wipe = (host: string) =>
    on(
      host,
      `systemctl stop rabbitmq-server; rm -rf /var/lib/rabbitmq/mnesia
printf cookie-of-the-test >/var/lib/rabbitmq/cookie.new && chmod 400 /var/lib/rabbitmq/cookie.new
chown rabbitmq: /var/lib/rabbitmq/cookie.new && mv -f /var/lib/rabbitmq/cookie.new /var/lib/rabbitmq/.erlang.cookie`,
    );

  const evaluate = (host: string, expression: string) => on(host, `rabbitmqctl -q eval '${expression}'`);
  const replicas = (host: string) =>
    evaluate(
      host,
      '[length(maps:get(nodes, amqqueue:get_type_state(Q))) || Q <- rabbit_amqqueue:list_by_type(rabbit_quorum_queue)].',
    );

  beforeAll(async () => {
    for (const host of hosts) {
      await wipe(host);
      await configure(host);
    }
  }, limit);

  test(
    'a lone broker with a queue grows to three, and so does its queue',
    async () => {
      expect(actions(await converge(rabbitmqKind, desired(described.slice(1, 2)), ['control2']))).toEqual([
        'act control2: start RabbitMQ on control2',
        'nothing',
      ]);
      await on('control2', 'rabbitmqctl -q add_user openstack secret');
      await evaluate(
        'control2',
        'rabbit_amqqueue:declare(rabbit_misc:r(<<"/">>, queue, <<"kept">>), true, false, [{<<"x-queue-type">>, longstr, <<"quorum">>}], none, <<"test">>).',
      );
      expect(actions(await converge(rabbitmqKind, desired()))).toEqual([
        'act control1: join RabbitMQ on control1 to the cluster of rabbit@control2',
        'act control3: join RabbitMQ on control3 to the cluster of rabbit@control1',
        'act control1: add replicas of the quorum queues on control1',
        'act control3: add replicas of the quorum queues on control3',
        'nothing',
      ]);
      expect(await replicas('control1')).toBe('[3]');
    },
    limit,
  );

  test(
    'a second run does nothing',
    async () => {
      expect(await converge(rabbitmqKind, desired())).toEqual(['nothing']);
    },
    limit,
  );

  test(
    'nothing listens on all addresses',
    async () => {
      for (const listeners of await onAll(
        'ss -Htln | awk "{print \\$4}" | grep -E ":(4369|5672|25672)$" | sort',
      )) {
        expect(listeners).toMatch(/:25672/);
        expect(listeners).not.toMatch(/^(\*|0\.0\.0\.0|\[::\]):/m);
      }
    },
    limit,
  );

  test(
    'a killed member comes back',
    async () => {
      await on('control3', 'systemctl kill -s KILL rabbitmq-server; systemctl stop rabbitmq-server; true');
      expect(actions(await converge(rabbitmqKind, desired()))).toEqual([
        'act control3: start RabbitMQ on control3',
        'nothing',
      ]);
    },
    limit,
  );

  test(
    'the wiped first host is forgotten and joins',
    async () => {
      await wipe('control1');
      expect(actions(await converge(rabbitmqKind, desired()))).toEqual([
        'act control2: remove the reinstalled member rabbit@control1 from the RabbitMQ cluster',
        'act control1: join RabbitMQ on control1 to the cluster of rabbit@control2',
        'act control1: add replicas of the quorum queues on control1',
        'nothing',
      ]);
      expect(await replicas('control3')).toBe('[3]');
    },
    limit,
  );

  test(
    'a wiped host that started alone joins',
    async () => {
      await wipe('control1');
      await on('control1', 'systemctl start rabbitmq-server');
      const done = actions(await converge(rabbitmqKind, desired()));
      expect(done[0]).toBe('act control1: stop the empty broker on control1');
      expect(done.at(-1)).toBe('nothing');
      expect(await replicas('control3')).toBe('[3]');
    },
    limit,
  );

  test(
    'a member that the cluster has forgotten joins again',
    async () => {
      await on('control3', 'systemctl stop rabbitmq-server');
      await on('control2', 'rabbitmqctl -q forget_cluster_node rabbit@control3');
      const done = actions(await converge(rabbitmqKind, desired()));
      expect(done[0]).toMatch(/^act control3: join RabbitMQ on control3/);
      expect(done.at(-1)).toBe('nothing');
    },
    limit,
  );

  test(
    'all lose their power and come back',
    async () => {
      await cut(...hosts);
      await heal(...hosts);
      expect((await converge(rabbitmqKind, desired())).at(-1)).toBe('nothing');
      expect(await replicas('control1')).toBe('[3]');
      expect(await on('control1', 'rabbitmqctl -q list_users')).toContain('openstack');
    },
    limit,
  );

  test(
    'all are stopped, the first is wiped and starts alone: the used cluster wins',
    async () => {
      await onAll('systemctl stop rabbitmq-server');
      await wipe('control1');
      await on('control1', 'systemctl start rabbitmq-server');
      const done = actions(await converge(rabbitmqKind, desired()));
      expect(done.at(-1)).toBe('nothing');
      for (const users of await onAll('rabbitmqctl -q list_users')) expect(users).toContain('openstack');
    },
    limit,
  );

  test(
    'two used clusters are refused',
    async () => {
      await on('control3', 'systemctl stop rabbitmq-server');
      await on('control2', 'rabbitmqctl -q forget_cluster_node rabbit@control3');
      await wipe('control3');
      await on('control3', 'systemctl start rabbitmq-server; rabbitmqctl -q add_user other secret');
      const outcomes = await converge(rabbitmqKind, desired());
      expect(outcomes).toEqual(['refuse CLUSTER_DIFFERENT_DATA control1']);
      await wipe('control3');
      expect((await converge(rabbitmqKind, desired())).at(-1)).toBe('nothing');
      await onAll('systemctl stop rabbitmq-server');
    },
    limit,
  );
});

describe.skipIf(!lab)('OVN', () => {
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
    for (const host of hosts) {
      await configure(host);
      await wipe(host);
    }
  }, limit);

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

describe.skipIf(!lab)('Ceph monitors', () => {
  const desired = (members = described): MonitorDesired => ({
    fsid: '11111111-2222-4333-8444-555555555555',
    members,
    wish: 'converge',
    keyring: '/etc/ceph/first.keyring',
    platform: {
      unit: 'ceph-mon',
      data: '/var/lib/ceph/mon',
      user: 'ceph',
      stamps: '/var/lib/cloudwright/started',
    },
  });
  const keyring = `[mon.]
\tkey = AQBx1nRnAAAAABAAnHwzz2qGDqoG4Zq9hIgb6A==
\tcaps mon = "allow *"
[client.admin]
\tkey = AQBx1nRnAAAAABAAnHwzz2qGDqoG4Zq9hIgb6A==
\tcaps mon = "allow *"
`;

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
cat >/etc/ceph/first.keyring <<'KEYRING'
${keyring}KEYRING
cp /etc/ceph/first.keyring /etc/ceph/ceph.client.admin.keyring
chown ceph /etc/ceph/first.keyring`,
    );

  const wipe = (host: string) =>
    on(host, `systemctl stop ceph-mon@${host}; systemctl reset-failed; rm -rf /var/lib/ceph/mon/*`);
  const keep = (host: string, key: string) =>
    on(host, `ceph --connect-timeout 20 config-key set ${key} kept 2>/dev/null`);
  const quorum = (host: string) =>
    on(host, 'ceph --connect-timeout 20 -f json quorum_status | grep -o \'"quorum_names":[^]]*]\'');

  beforeAll(async () => {
    for (const host of hosts) {
      await wipe(host);
      await configure(host, ['control2']);
    }
  }, limit);

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
