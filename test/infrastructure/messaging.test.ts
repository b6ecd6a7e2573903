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
      expect(content(whole, host, CONFIGURATION)).not.toMatch(/loopback_users/);
    const { script } = resource('control1/command:broker-account').desired as CommandDesired;
    expect(reveal(script)).toContain('delete_user(<<"guest">>');
    expect(masked(script)).not.toContain('hidden-');
  });

  // Port mapper and distribution port listened on every address, the service network's included.
  it.each([
    ['control1', '192.0.2.11'],
    ['control3', '192.0.2.13'],
  ])('listens on the management address of %s alone', (host, address) => {
    expect(content(context, host, CONFIGURATION)).toContain(`listeners.tcp.default = ${address}:5672\n`);
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

  // H8: a broker's data was deleted where a marker of ours was missing.
  it('is formed and joined by what all members say, and no marker', () => {
    const cluster = resource('cluster/rabbitmq:messaging');
    expect(cluster.kind).toBe(rabbitmqKind);
    expect(cluster.members).toEqual(['control1', 'control2', 'control3']);
    expect((cluster.desired as RabbitmqDesired).members).toHaveLength(3);
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
