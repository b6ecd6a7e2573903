import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { certificatePaths } from '../../../src/cloud/certificates.ts';
import {
  brokerConfiguration,
  brokerEnvironment,
  distributionOptions,
} from '../../../src/infrastructure/messaging/files.ts';
import { rabbitmqKind } from '../../../src/infrastructure/rabbitmq/kind.ts';
import { components } from '../../../src/platform/debian-13/components.ts';
import { pathOf } from '../../../src/platform/platform.ts';
import { type Credential, makeAuthority, makeCertificate, makeKey } from '../../../src/vault/certificate.ts';
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
  const rabbitmq = components.rabbitmq;
  const tls = certificatePaths('messaging');
  const environment = pathOf(rabbitmq, 'environment');
  const distribution = pathOf(rabbitmq, 'distribution');

  const desired = (members = described) => ({
    members,
    wish: 'converge' as const,
    platform: {
      unit: 'rabbitmq-server.service',
      user: 'rabbitmq',
      data: '/var/lib/rabbitmq',
      stamp: '/var/lib/cloudwright/started/rabbitmq-server.service',
      connections: [pathOf(rabbitmq, 'cookie'), environment, distribution, tls.certificate],
    },
  });

  /** Writes files as a deployment does. */
  const write = (host: Host, files: Readonly<Record<string, string>>) =>
    on(
      host,
      Object.entries(files)
        .map(([path, content]) => `mkdir -p ${dirname(path)} && cat >${path} <<'CONTENT'\n${content}CONTENT`)
        .join('\n'),
    );

  /** A certificate of the authority for a node's name, in the files of the host. */
  const certify = async (host: Host, authority: Credential, name: string, days = 30) => {
    const key = makeKey();
    const certificate = await makeCertificate({
      subject: name,
      key,
      issuer: authority,
      authority: false,
      addresses: [addresses[host]],
      names: [name],
      purposes: ['server', 'client'],
      days,
      now: new Date(),
    });
    await write(host, { [tls.authority]: authority.certificate, [tls.certificate]: certificate });
    await write(host, { [tls.key]: key });
    await on(host, `chgrp rabbitmq ${tls.key} && chmod 640 ${tls.key}`);
  };

  const configure = async (host: Host) => {
    const address = addresses[host];
    await certify(host, authority, host);
    await write(host, {
      [pathOf(rabbitmq, 'configuration')]: brokerConfiguration({ address, several: true, memoryMiB: 512 }),
      [distribution]: distributionOptions(),
      [environment]: brokerEnvironment(address, distribution),
      '/etc/systemd/system/epmd.socket.d/cloudwright.conf': `[Socket]
ListenStream=
ListenStream=${address}:4369
ListenStream=127.0.0.1:4369
FreeBind=yes
`,
    });
    await on(
      host,
      `systemctl daemon-reload
systemctl stop rabbitmq-server
systemctl stop epmd.service epmd.socket
systemctl start epmd.socket`,
    );
  };

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

  let authority: Credential = { key: '', certificate: '' };

  beforeAll(async () => {
    authority = await makeAuthority('brokers', new Date());
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
        'ss -Htln | awk "{print \\$4}" | grep -E ":(4369|567[12]|25672)$" | sort',
      )) {
        expect(listeners).toMatch(/:25672/);
        expect(listeners).toMatch(/:5671/);
        expect(listeners).not.toMatch(/:5672$/m);
        expect(listeners).not.toMatch(/^(\*|0\.0\.0\.0|\[::\]):/m);
      }
    },
    limit,
  );

  test(
    'streams are copied over TLS',
    async () => {
      const options = await onAll(
        "rabbitmqctl -q eval '{application:get_env(osiris, replication_transport), application:get_env(osiris, port_range)}.'",
      );
      for (const option of options) expect(option).toBe('{{ok,ssl},{ok,{25673,26172}}}');
      const connections = await onAll(
        'ss -Htn state established | grep -cE ":2(567[3-9]|5[7-9]|6[01])" || true',
      );
      expect(connections.map(Number).some((count) => count > 0)).toBe(true);
    },
    limit,
  );

  const kill = 'systemctl kill -s KILL rabbitmq-server; systemctl stop rabbitmq-server; true';

  test(
    'a member with a certificate of another authority does not get in',
    async () => {
      const running = () => evaluate('control1', 'rabbit_nodes:list_running().');
      await on('control3', kill);
      await certify('control3', await makeAuthority('others', new Date()), 'control3');
      await on('control3', 'timeout 20 systemctl start rabbitmq-server; true');
      expect(await running()).not.toContain('control3');
      await on('control3', kill);
      await certify('control3', authority, 'control3');
      expect((await converge(rabbitmqKind, desired())).at(-1)).toBe('nothing');
      expect(await running()).toContain('control3');
    },
    limit,
  );

  test(
    'nobody connects to a member whose certificate has another name, or has expired',
    async () => {
      const ask = 'rabbitmqctl -q -n rabbit@control3 eval "node()."';
      expect(await on('control1', ask)).toBe('rabbit@control3');
      for (const [name, days] of [
        ['control9', 30],
        ['control3', -0.5],
      ] as const) {
        await on('control3', kill);
        await certify('control3', authority, name, days);
        await on('control3', 'timeout 20 systemctl start rabbitmq-server; true');
        await expect(on('control1', ask)).rejects.toThrow(/unable to perform an operation|TLS|nodedown/i);
      }
      await on('control3', kill);
      await certify('control3', authority, 'control3');
      expect((await converge(rabbitmqKind, desired())).at(-1)).toBe('nothing');
      expect(await on('control1', ask)).toBe('rabbit@control3');
    },
    limit,
  );

  test(
    'a killed member comes back',
    async () => {
      await on('control3', kill);
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
