import { authorityOf, certificatePaths } from '../cloud/certificates.ts';
import type { Cloud, Host } from '../cloud/cloud.ts';
import { factsOf, reached } from '../cloud/reached.ts';
import { controlHosts, isControl, messagingClients } from '../cloud/topology.ts';
import type { ShellCheck } from '../engine/check.ts';
import { clusterResource, type Resource } from '../engine/resource.ts';
import type { Step, StepContext } from '../engine/step.ts';
import { type Component, type Platform, pathOf, unitOf } from '../platform/platform.ts';
import { platformOf } from '../platform/select.ts';
import { command, file, service } from '../resources/index.ts';
import { stampOf } from '../resources/unit.ts';
import { plain, type Text, text } from '../secrets/confidential.ts';
import { erlang } from './erlang.ts';
import { brokerCheck, clientCheck } from './messaging/checks.ts';
import { brokerFiles, portMapper } from './messaging/files.ts';
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
    const files = new Map(hosts.map((host) => [host.name, filesOn(context, host)]));
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
        turn: { group: 'messaging', gate: brokerOn(context, host) },
      }),
    );
    return [
      ...[...files.values()].flat(),
      cluster,
      ...servers,
      account(context, first, servers),
      ...authorities(context),
    ];
  },
  checks: (context) => [
    ...reached(context, controlHosts(context.cloud)).map((host) => brokerOn(context, host)),
    ...reached(context, messagingClients(context.cloud)).map((host) => clientCheck(context, host)),
  ],
};

function filesOn(context: StepContext<Cloud>, host: Host): readonly Resource[] {
  const component = componentOn(context, host);
  return [...brokerFiles(context, host, component), ...portMapper(host, component)];
}

function brokerOn(context: StepContext<Cloud>, host: Host): ShellCheck {
  return brokerCheck(context, host, componentOn(context, host));
}

/** What the services of the other hosts verify the brokers by. */
function authorities(context: StepContext<Cloud>): readonly Resource[] {
  const { cloud } = context;
  return reached(context, messagingClients(cloud))
    .filter(({ name }) => !isControl(cloud, name))
    .map(({ name }) => file(name, certificatePaths('messaging').authority, authorityOf(cloud, 'messaging')));
}

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
      connections: [
        pathOf(component, 'cookie'),
        pathOf(component, 'environment'),
        pathOf(component, 'distribution'),
      ],
    },
  };
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
