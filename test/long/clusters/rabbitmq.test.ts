import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rabbitmqKind } from '../../../src/infrastructure/rabbitmq/kind.ts';
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
} from '../support/clusterLab.ts';

const limit = 900_000;

describe('RabbitMQ', () => {
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
      'lists:usort([length(maps:get(nodes, amqqueue:get_type_state(Q))) || Type <- [rabbit_quorum_queue, rabbit_stream_queue], Q <- rabbit_amqqueue:list_by_type(Type)]).',
    );

  beforeAll(async () => {
    await beginClusters('longrabbitmq', ['rabbitmq']);
    for (const host of hosts) {
      await wipe(host);
      await configure(host);
    }
  }, limit);
  afterAll(endClusters, limit);

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
      await evaluate(
        'control2',
        'rabbit_amqqueue:declare(rabbit_misc:r(<<"/">>, queue, <<"fanout">>), true, false, [{<<"x-queue-type">>, longstr, <<"stream">>}], none, <<"test">>).',
      );
      expect(actions(await converge(rabbitmqKind, desired()))).toEqual([
        'act control1: join RabbitMQ on control1 to the cluster of rabbit@control2',
        'act control3: join RabbitMQ on control3 to the cluster of rabbit@control1',
        'act control1: add replicas of the queues on control1',
        'act control3: add replicas of the queues on control3',
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
        'act control1: add replicas of the queues on control1',
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
