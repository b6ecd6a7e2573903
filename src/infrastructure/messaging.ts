import type { Cloud, Host } from '../cloud/cloud.ts';
import { ports } from '../cloud/ports.ts';
import { factsOf, reached } from '../cloud/reached.ts';
import { controlHosts } from '../cloud/topology.ts';
import type { ShellCheck } from '../engine/check.ts';
import { clusterResource, type Resource } from '../engine/resource.ts';
import type { Step, StepContext } from '../engine/step.ts';
import { type Component, type Platform, pathOf, unitOf } from '../platform/platform.ts';
import { platformOf } from '../platform/select.ts';
import { command, file, MANAGED, service } from '../resources/index.ts';
import { stampOf } from '../resources/unit.ts';
import { plain, type Text, text } from '../secrets/confidential.ts';
import { erlang } from './erlang.ts';
import { memoryShare } from './memory.ts';
import { onControlHosts } from './packages.ts';
import type { RabbitmqDesired } from './rabbitmq/desired.ts';
import { rabbitmqKind } from './rabbitmq/kind.ts';

/** RabbitMQ, clustered when there are several control hosts, with replicated queues. */
export const messaging: Step<Cloud> = {
  name: 'messaging',
  title: 'Message broker',
  needs: ['ha'],
  packages: onControlHosts(({ rabbitmq }) => rabbitmq.packages),
  resources(context) {
    const hosts = reached(context, controlHosts(context.cloud));
    const [first] = hosts;
    if (!first) return [];
    const files = new Map(hosts.map((host) => [host.name, fileResources(context, host)]));
    const cluster = clusterResource(
      rabbitmqKind,
      controlHosts(context.cloud).map((host) => host.name),
      'messaging',
      desiredCluster(context.cloud, componentOn(context, first)),
      { after: [...files.values()].flat() },
    );
    const servers = hosts.map((host) =>
      service(host.name, unitOf(componentOn(context, host), 'server'), {
        watches: files.get(host.name) ?? [],
        after: [cluster],
        turn: { group: 'messaging', gate: brokerCheck(context, host) },
      }),
    );
    return [...[...files.values()].flat(), cluster, ...servers, account(context, first, servers)];
  },
  checks: (context) =>
    reached(context, controlHosts(context.cloud)).map((host) => brokerCheck(context, host)),
};

function componentOn({ cloud, facts }: StepContext<Cloud>, host: Host): Component {
  return platformOf(cloud.release, factsOf(facts, host.name)).components.rabbitmq;
}

function desiredCluster(cloud: Cloud, component: Component): RabbitmqDesired {
  const unit = `${unitOf(component, 'server')}.service`;
  return {
    members: controlHosts(cloud).map((host) => ({ host: host.name, address: host.addresses.management })),
    wish: 'converge',
    platform: {
      unit,
      user: component.user ?? 'root',
      data: pathOf(component, 'home'),
      stamp: stampOf(unit),
    },
  };
}

function fileResources(context: StepContext<Cloud>, host: Host): readonly Resource[] {
  const { cloud, facts } = context;
  const component = componentOn(context, host);
  const address = host.addresses.management;
  const several = controlHosts(cloud).length > 1;
  const server = unitOf(component, 'server');
  const cookie = file(host.name, pathOf(component, 'cookie'), cloud.secrets.messaging_cookie, {
    owner: component.user ?? 'root',
    group: component.group ?? 'root',
    mode: '0400',
  });
  const configuration = file(
    host.name,
    pathOf(component, 'configuration'),
    [
      `# ${MANAGED}`,
      `listeners.tcp.default = ${address}:${ports.messaging}`,
      // The members' own traffic keeps to the management network.
      `distribution.listener.interface = ${address}`,
      'distribution.listener.port_range.min = 25672',
      'distribution.listener.port_range.max = 25672',
      ...(several ? ['cluster_partition_handling = pause_minority', 'default_queue_type = quorum'] : []),
      `vm_memory_high_watermark.absolute = ${memoryShare(factsOf(facts, host.name), 0.1, 512, 8192)}MiB`,
      'disk_free_limit.absolute = 1GB',
      // A host that is busy for half a minute is no partition.
      `net_ticktime = ${several ? 30 : 60}`,
      '',
    ].join('\n'),
    { mode: '0644' },
  );
  const environment = file(
    host.name,
    pathOf(component, 'environment'),
    // Idle schedulers must not spin: on a shared host that is half a core for nothing. The command-line tools are
    // members for a moment and listen too.
    [
      'RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+sbwt none +sbwtdcpu none +sbwtdio none"',
      `CTL_ERL_ARGS="-kernel inet_dist_use_interface {${address.replaceAll('.', ',')}}"`,
      '',
    ].join('\n'),
  );
  const limits = file(
    host.name,
    `/etc/systemd/system/${server}.service.d/cloudwright.conf`,
    '[Service]\nLimitNOFILE=65536\nRestart=on-failure\n',
  );
  return [cookie, configuration, environment, limits, ...portMapper(host, component)];
}

/**
 * Erlang's port mapper, which systemd starts at the first call of its socket: on the addresses that the members and
 * this host itself use.
 */
function portMapper(host: Host, component: Component): readonly Resource[] {
  const socket = unitOf(component, 'portMapperSocket');
  const addresses = file(
    host.name,
    `/etc/systemd/system/${socket}.d/cloudwright.conf`,
    `[Socket]
ListenStream=
ListenStream=127.0.0.1:4369
ListenStream=${host.addresses.management}:4369
FreeBind=true
`,
  );
  return [addresses, service(host.name, socket, { watches: [addresses] })];
}

function account(context: StepContext<Cloud>, host: Host, servers: readonly Resource[]): Resource {
  const password = context.cloud.secrets.messaging_password;
  const component = componentOn(context, host);
  return command(
    host.name,
    'broker-account',
    {
      doing: 'create the account that the services use',
      unless: erlang(
        component,
        text`{ok, _} = rabbit_access_control:check_user_pass_login(<<"openstack">>, <<"${password}">>).`,
        "| grep -q '^{ok,'",
      ),
      script: erlang(component, accountExpression(password), "| grep '^{ok, done}'"),
      limitSeconds: 60,
    },
    { after: servers, cloudWide: true },
  );
}

/** The functions that rabbitmqctl itself calls; it can't take a password other than as an argument or by keyboard. */
function accountExpression(password: Text): Text {
  return text`User = <<"openstack">>, Password = <<"${password}">>, By = <<"cloudwright">>,
case rabbit_auth_backend_internal:exists(User) of
  true -> ok = rabbit_auth_backend_internal:change_password(User, Password, By);
  false -> ok = rabbit_auth_backend_internal:add_user(User, Password, By)
end,
ok = rabbit_auth_backend_internal:set_permissions(User, <<"/">>, <<".*">>, <<".*">>, <<".*">>, By),
case rabbit_auth_backend_internal:exists(<<"guest">>) of
  true -> ok = rabbit_auth_backend_internal:delete_user(<<"guest">>, By);
  false -> ok
end,
done.`;
}

/**
 * Shell that prints how many consumers a queue has: `{ok, 2}`. The list is asked for, since the number that a member
 * keeps is right for the queues that it leads only.
 */
export function consumers({ components }: Platform, queue: string): string {
  return plain(
    erlang(
      components.rabbitmq,
      `case rabbit_amqqueue:lookup(rabbit_misc:r(<<"/">>, queue, <<"${queue}">>)) of
  {ok, Queue} -> length(rabbit_amqqueue:consumers(Queue));
  _ -> 0
end.`,
    ),
  );
}

/** Whether the broker runs with all that were reached. */
function brokerCheck(context: StepContext<Cloud>, host: Host): ShellCheck {
  const members = controlHosts(context.cloud).length;
  const present = reached(context, controlHosts(context.cloud)).length;
  return {
    via: 'shell',
    id: `messaging-${host.name}`,
    title: 'RabbitMQ runs with every member and no partition or alarm',
    host: host.name,
    limitSeconds: 120,
    script: plain(
      erlang(
        componentOn(context, host),
        '{rabbit_nodes:list_running(), rabbit_node_monitor:partitions(), rabbit_alarm:get_alarms()}.',
      ),
    ),
    judge: ({ stdout, stderr }) => {
      const answer = stdout.trim();
      if (!answer.startsWith('{ok,')) {
        return { ok: false, sentence: 'RabbitMQ does not answer', evidence: `${answer}${stderr}` };
      }
      const running = new Set(answer.match(/rabbit@[\w.-]+/g) ?? []).size;
      const quiet = /,\s*\[\],\s*\[\]\s*\}\s*\}$/.test(answer);
      if (running < present)
        return { ok: false, sentence: `${running} of ${members} members run`, evidence: answer };
      if (!quiet) return { ok: false, sentence: 'a partition or an alarm is reported', evidence: answer };
      return { ok: true, sentence: `${running} of ${members} members run, no partition, no alarm` };
    },
  };
}
