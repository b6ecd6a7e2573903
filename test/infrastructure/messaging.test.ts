import { describe, expect, it } from 'vitest';
import { messaging } from '../../src/infrastructure/messaging.ts';
import type { RabbitmqDesired } from '../../src/infrastructure/rabbitmq/desired.ts';
import { rabbitmqKind } from '../../src/infrastructure/rabbitmq/kind.ts';
import type { CommandDesired } from '../../src/resources/command.ts';
import { masked, reveal } from '../../src/secrets/confidential.ts';
import { allInOne, allResources, content, files, threeControls } from '../steps/clouds.ts';

const CONFIGURATION = '/etc/rabbitmq/rabbitmq.conf';
const ENVIRONMENT = '/etc/rabbitmq/rabbitmq-env.conf';
const context = threeControls();
const resources = allResources(context);
const resource = (id: string) => {
  const found = resources.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no resource ${id}`);
  return found;
};

describe('RabbitMQ', () => {
  // O15: guest with its published password was open on the network until the account was made.
  it('lets guest in from its own host alone, and deletes it when there is an account', () => {
    for (const [whole, host] of [
      [context, 'control2'],
      [allInOne(), 'one'],
    ] as const)
      expect(content(whole, host, CONFIGURATION).match(/^loopback_users.*$/gm)).toEqual([
        'loopback_users.guest = true',
      ]);
    const { script } = resource('control1/command:broker-account').desired as CommandDesired;
    expect(reveal(script)).toContain('delete_user(<<"guest">>');
    expect(masked(script)).not.toContain('hidden-');
  });

  // Port mapper and distribution port listened on every address, the service network's included.
  it.each([
    ['control1', '192.0.2.11'],
    ['control3', '192.0.2.13'],
  ])('listens on the management address of %s alone', (host, address) => {
    expect(content(context, host, CONFIGURATION)).toContain(`listeners.ssl.default = ${address}:5671\n`);
    expect(content(context, host, CONFIGURATION)).toContain(`distribution.listener.interface = ${address}\n`);
    // The command-line tools are members for a moment.
    const tools = content(context, host, ENVIRONMENT);
    expect(tools).toContain(`inet_dist_use_interface {${address.replaceAll('.', ',')}}`);
    const mapper = content(context, host, '/etc/systemd/system/epmd.socket.d/cloudwright.conf');
    expect(mapper.match(/^ListenStream=.*$/gm)).toEqual([
      'ListenStream=',
      'ListenStream=127.0.0.1:4369',
      `ListenStream=${address}:4369`,
    ]);
    expect(resource(`${host}/service:epmd.socket`).watches).toHaveLength(1);
  });

  // M5: AMQP and the members' own traffic went over the management network in clear.
  it.each([
    ['several hosts', context, 'control2'],
    ['one host', allInOne(), 'one'],
  ] as const)('speaks TLS only, on %s', (_name, whole, host) => {
    const folder = '/etc/cloudwright/tls/messaging';
    const configuration = content(whole, host, CONFIGURATION);
    expect(configuration).toContain('listeners.tcp = none\n');
    expect(configuration).not.toMatch(/^listeners\.tcp\.|:5672\b/m);
    for (const line of [
      `cacertfile = ${folder}/ca.pem`,
      `certfile = ${folder}/certificate.pem`,
      `keyfile = ${folder}/key.pem`,
      'verify = verify_peer',
      'versions.1 = tlsv1.3',
      'versions.2 = tlsv1.2',
    ])
      expect(configuration).toContain(`ssl_options.${line}\n`);
    expect(configuration).not.toContain('versions.3');
    const flags = '-proto_dist inet_tls -ssl_dist_optfile /etc/rabbitmq/inter_node_tls.config';
    const environment = content(whole, host, ENVIRONMENT);
    // Without it the command-line tools reach no node.
    for (const name of ['RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS', 'CTL_ERL_ARGS'])
      expect(environment).toMatch(new RegExp(`^${name}=".*${flags}.*"$`, 'm'));
    const distribution = content(whole, host, '/etc/rabbitmq/inter_node_tls.config');
    const [server = '', client = ''] = distribution.split('{client');
    for (const side of [server, client]) {
      expect(side).toContain('{verify, verify_peer}');
      expect(side).toContain(`{cacertfile, "${folder}/ca.pem"}`);
    }
    expect(server).toContain('{fail_if_no_peer_cert, true}');
  });

  it('restarts, and gives its key to its own user alone', () => {
    for (const name of ['ca.pem', 'certificate.pem', 'key.pem'])
      expect(resource('control3/service:rabbitmq-server').watches).toContain(
        `control3/file:/etc/cloudwright/tls/messaging/${name}`,
      );
    const keys = files(context).filter(({ path }) => path === '/etc/cloudwright/tls/messaging/key.pem');
    expect(keys.map(({ host, group, mode }) => `${host} ${group} ${mode}`)).toEqual([
      'control1 rabbitmq 0640',
      'control2 rabbitmq 0640',
      'control3 rabbitmq 0640',
    ]);
  });

  it('is verified by the authority on every host with a client', () => {
    const authorities = files(context).filter(({ path }) => path === '/etc/cloudwright/tls/messaging/ca.pem');
    expect(authorities.map(({ host }) => host)).toEqual([
      'control1',
      'control2',
      'control3',
      'compute1',
      'compute2',
    ]);
    for (const { mode } of authorities) expect(mode).toBe('0644');
    const clients = messaging.checks(context).filter(({ id }) => id.startsWith('messaging-client-'));
    expect(clients.map(({ host }) => host)).toEqual(authorities.map(({ host }) => host));
  });

  // H8: a broker's data was deleted where a marker of ours was missing.
  it('is formed and joined by what all members say, and no marker', () => {
    const cluster = resource('cluster/rabbitmq:messaging');
    expect(cluster.kind).toBe(rabbitmqKind);
    expect(cluster.members).toEqual(['control1', 'control2', 'control3']);
    const { members, platform } = cluster.desired as RabbitmqDesired;
    expect(members).toHaveLength(3);
    // A renewed certificate is no reason to restart a member outside its turn.
    expect(platform.connections.filter((path) => path.includes('/tls/'))).toEqual([]);
    const scripts = resources
      .filter(({ kind }) => kind.name === 'command')
      .map(({ desired }) => masked((desired as CommandDesired).script));
    for (const script of scripts) expect(script).not.toMatch(/rm -rf .*(mnesia|ceph\/mon)/);
  });

  // H9
  it('restarts one member at a time', () => {
    for (const number of [1, 2, 3]) {
      const server = resource(`control${number}/service:rabbitmq-server`);
      expect(server.turn).toMatchObject({ group: 'messaging', gate: { host: `control${number}` } });
      expect(server.watches).toContain(`control${number}/file:${CONFIGURATION}`);
    }
  });

  it('keeps a minority quiet, and is patient with a busy host', () => {
    const configuration = content(context, 'control1', CONFIGURATION);
    expect(configuration).toContain('cluster_partition_handling = pause_minority\n');
    expect(Number(/net_ticktime = (\d+)/.exec(configuration)?.[1])).toBeGreaterThanOrEqual(30);
    expect(content(allInOne(), 'one', CONFIGURATION)).not.toContain('pause_minority');
  });

  it('hands its cookie to its own user alone', () => {
    const cookies = files(context).filter(({ path }) => path.endsWith('.erlang.cookie'));
    expect(cookies.map(({ host, mode }) => `${host} ${mode}`)).toEqual([
      'control1 0400',
      'control2 0400',
      'control3 0400',
    ]);
  });

  it('is whole when all members run without a partition or an alarm', () => {
    const check = messaging.checks(context).find(({ host }) => host === 'control2');
    if (check?.via !== 'shell') throw new Error('a shell check is expected');
    const judge = (stdout: string) => check.judge({ exitCode: 0, stdout, stderr: '' }).ok;
    const all = '[rabbit@control1,rabbit@control2,rabbit@control3]';
    expect(judge(`{ok, {${all}, [], []}}`)).toBe(true);
    expect(judge('{ok, {[rabbit@control2], [], []}}')).toBe(false);
    expect(judge(`{ok, {${all}, [rabbit@control1], []}}`)).toBe(false);
    expect(judge(`{ok, {${all}, [], [{{resource_limit,memory,rabbit@control1},[]}]}}`)).toBe(false);
    expect(judge('')).toBe(false);
  });
});
