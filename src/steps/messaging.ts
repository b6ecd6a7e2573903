import type { Cloud, Host } from '../cloud/cloud.ts';
import { controlHosts, firstControl } from '../cloud/topology.ts';
import type { ShellCheck } from '../engine/check.ts';
import type { Resource } from '../engine/resource.ts';
import { command, file, service } from '../resources/index.ts';
import { type Text, text } from '../secrets/confidential.ts';
import { ports } from './shared/endpoints.ts';
import { erlang } from './shared/erlang.ts';
import { factsOf } from './shared/facts.ts';
import { onControlHosts } from './shared/packages.ts';
import { memoryShare } from './shared/workers.ts';
import type { Step, StepContext } from './step.ts';

/** RabbitMQ, clustered when there are several control hosts, with replicated queues (C3). */
export const messaging: Step = {
  name: 'messaging',
  title: 'Message broker',
  needs: ['ha'],
  packages: onControlHosts(() => ['rabbitmq-server']),
  resources: (context) => controlHosts(context.cloud).flatMap((host) => hostResources(context, host)),
  checks: ({ cloud }) => controlHosts(cloud).map((host) => brokerCheck(cloud, host)),
};

function hostResources({ cloud, facts }: StepContext, host: Host): readonly Resource[] {
  const cookie = file(host.name, '/var/lib/rabbitmq/.erlang.cookie', cloud.secrets.messaging_cookie, {
    owner: 'rabbitmq',
    group: 'rabbitmq',
    mode: '0400',
  });
  const peers = controlHosts(cloud);
  const configuration = file(
    host.name,
    '/etc/rabbitmq/rabbitmq.conf',
    [
      '# Managed by Cloudwright; changes are put back at the next apply.',
      `listeners.tcp.default = ${host.addresses.management}:${ports.messaging}`,
      'loopback_users = none',
      ...(peers.length > 1
        ? [
            'cluster_formation.peer_discovery_backend = classic_config',
            ...peers.map(
              (peer, index) => `cluster_formation.classic_config.nodes.${index + 1} = rabbit@${peer.name}`,
            ),
            'cluster_partition_handling = pause_minority',
            'default_queue_type = quorum',
          ]
        : []),
      `vm_memory_high_watermark.absolute = ${memoryShare(factsOf(facts, host.name), 0.1, 512, 8192)}MiB`,
      'disk_free_limit.absolute = 1GB',
      'net_ticktime = 10',
      '',
    ].join('\n'),
    { mode: '0644' },
  );
  const environment = file(
    host.name,
    '/etc/rabbitmq/rabbitmq-env.conf',
    // Idle schedulers must not spin: on a shared node that is half a core for nothing.
    'RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_listen_min 25672 inet_dist_listen_max 25672"\n',
  );
  const limits = file(
    host.name,
    '/etc/systemd/system/rabbitmq-server.service.d/cloudwright.conf',
    '[Service]\nLimitNOFILE=65536\nRestart=on-failure\n',
  );
  const clean = command(
    host.name,
    'broker-first-start',
    {
      doing: 'drop the state of a broker that never was part of this cloud',
      unless: '[ -e /var/lib/cloudwright/broker-formed ]',
      script: [
        'set -e',
        'systemctl stop rabbitmq-server 2>/dev/null || :',
        'rm -rf /var/lib/rabbitmq/mnesia',
        'mkdir -p /var/lib/cloudwright && : > /var/lib/cloudwright/broker-formed',
      ].join('\n'),
      limitSeconds: 60,
    },
    { after: [cookie] },
  );
  const server = service(host.name, 'rabbitmq-server', {
    watches: [cookie, configuration, environment, limits],
    after: [clean],
  });
  if (host !== firstControl(cloud)) return [cookie, configuration, environment, limits, clean, server];
  const password = cloud.secrets.messaging_password;
  const account = command(
    host.name,
    'broker-account',
    {
      doing: 'make the account that the services use',
      unless: erlang(
        text`{ok, _} = rabbit_access_control:check_user_pass_login(<<"openstack">>, <<"${password}">>).`,
        "| grep -q '^{ok,'",
      ),
      script: erlang(accountExpression(password), "| grep '^{ok, done}'"),
      limitSeconds: 60,
    },
    {
      after: [
        server,
        ...controlHosts(cloud)
          .slice(1)
          .map((other) => `${other.name}/service:rabbitmq-server`),
      ],
    },
  );
  return [cookie, configuration, environment, limits, clean, server, account];
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

function brokerCheck(cloud: Cloud, host: Host): ShellCheck {
  const members = controlHosts(cloud).length;
  return {
    via: 'shell',
    id: `messaging-${host.name}`,
    title: 'RabbitMQ runs with every member and no partition or alarm',
    host: host.name,
    limitSeconds: 60,
    script: `${erlang('{rabbit_nodes:list_running(), rabbit_node_monitor:partitions(), rabbit_alarm:get_alarms()}.')}`,
    judge: ({ stdout, stderr }) => {
      const answer = stdout.trim();
      if (!answer.startsWith('{ok,')) {
        return { ok: false, sentence: 'RabbitMQ does not answer', evidence: `${answer}${stderr}` };
      }
      const running = new Set(answer.match(/rabbit@[\w.-]+/g) ?? []).size;
      const quiet = /,\s*\[\],\s*\[\]\s*\}\s*\}$/.test(answer);
      if (running !== members)
        return { ok: false, sentence: `${running} of ${members} members run`, evidence: answer };
      if (!quiet) return { ok: false, sentence: 'a partition or an alarm is reported', evidence: answer };
      return { ok: true, sentence: `${running} of ${members} members run, no partition, no alarm` };
    },
  };
}
