import { authorityOf } from '../cloud/certificates.ts';
import type { Cloud, Host } from '../cloud/cloud.ts';
import { ports } from '../cloud/ports.ts';
import { anyControl, factsOf, reached } from '../cloud/reached.ts';
import { controlHosts, prefixLength, vip } from '../cloud/topology.ts';
import type { ShellCheck } from '../engine/check.ts';
import type { Resource } from '../engine/resource.ts';
import type { Step, StepContext } from '../engine/step.ts';
import { type Platform, pathOf, unitOf } from '../platform/platform.ts';
import { platformOf } from '../platform/select.ts';
import { command, file, service, shellProgram, sysctl } from '../resources/index.ts';
import { joinTexts } from '../secrets/confidential.ts';
import { certificateResources } from './certificates.ts';
import freeProgram from './load-balancer/addresses.sh';
import {
  authorityFile,
  type BalancedSection,
  haproxyConfiguration,
  localPorts,
} from './load-balancer/haproxy.ts';
import { keepalivedConfiguration } from './load-balancer/keepalived.ts';
import { onControlHosts } from './packages.ts';

/**
 * keepalived holds the floating address, haproxy answers on it; also on one host, so that one host can grow.
 * `services`: what else is offered on the address.
 */
export function loadBalancer(services: (cloud: Cloud) => readonly BalancedSection[]): Step<Cloud> {
  return {
    name: 'ha',
    title: 'Floating address and load balancer',
    needs: [],
    packages: onControlHosts(({ keepalived, haproxy }) => [...keepalived.packages, ...haproxy.packages]),
    resources: (context) =>
      reached(context, controlHosts(context.cloud)).flatMap((host) =>
        hostResources(context, host, services(context.cloud)),
      ),
    checks: (context) => [
      ...reached(context, controlHosts(context.cloud)).map((host) => haproxyCheck(context, host)),
      ...vipCheck(context),
    ],
  };
}

function hostResources(
  { cloud, facts }: StepContext<Cloud>,
  host: Host,
  services: readonly BalancedSection[],
): readonly Resource[] {
  const { components } = platformOf(cloud.release, factsOf(facts, host.name));
  const nonlocalBind = sysctl(host.name, 'net.ipv4.ip_nonlocal_bind', '1');
  const readable = { group: components.haproxy.group ?? 'root', mode: '0640' };
  const certificate = file(
    host.name,
    pathOf(components.haproxy, 'certificate'),
    joinTexts([cloud.secrets.tls_certificate, cloud.secrets.tls_key], '\n'),
    readable,
  );
  const haproxy = file(
    host.name,
    pathOf(components.haproxy, 'configuration'),
    haproxyConfiguration(cloud, host, components.haproxy, services),
    readable,
  );
  const peers = [
    ...certificateResources(cloud, host, 'balancer', { form: 'both' }),
    ...(services.some(({ http }) => http?.domain === 'gateway')
      ? [file(host.name, authorityFile('gateway'), authorityOf(cloud, 'gateway'))]
      : []),
  ];
  const free = freeAddresses(host, components, services, [certificate, ...peers, haproxy]);
  const balancer = service(host.name, unitOf(components.haproxy, 'server'), {
    watches: [certificate, ...peers, haproxy],
    after: [nonlocalBind, free],
    reload: true,
  });
  return [
    nonlocalBind,
    certificate,
    ...peers,
    haproxy,
    free,
    balancer,
    ...keepalivedResources(cloud, host, components, balancer),
  ];
}

/** The host's own addresses at which haproxy will listen, free of what listened there before haproxy ended TLS. */
function freeAddresses(
  host: Host,
  { haproxy, memcached, 'web-server': webServer }: Platform['components'],
  services: readonly BalancedSection[],
  after: readonly Resource[],
): Resource {
  const addresses = localPorts(host, services).map((port) => `${host.addresses.management}:${port}`);
  const program = (act: string) =>
    shellProgram(
      freeProgram,
      {
        act,
        keeper: `${unitOf(haproxy, 'server')}.service`,
        configuration: pathOf(haproxy, 'configuration'),
        others: [memcached, webServer].map((other) => `${unitOf(other, 'server')}.service`).join(' '),
      },
      addresses,
    );
  return command(
    host.name,
    'balancer-addresses',
    {
      doing: 'stop the processes that listen where haproxy ends TLS; their steps start them again',
      unless: program('compare'),
      script: program('stop'),
      limitSeconds: 180,
    },
    { after },
  );
}

function keepalivedResources(
  cloud: Cloud,
  host: Host,
  { keepalived: component, tools }: Platform['components'],
  balancer: Resource,
): readonly Resource[] {
  const configuration = file(
    host.name,
    pathOf(component, 'configuration'),
    keepalivedConfiguration(cloud, host, tools),
    { mode: '0600' },
  );
  const unit = unitOf(component, 'server');
  const { management, service: people } = cloud.networks;
  const addresses = [
    { vip: management.vip, cidr: management.cidr, device: host.interfaces.management },
    { vip: people?.vip, cidr: people?.cidr, device: host.interfaces.service },
  ];
  const releases = addresses.flatMap(({ vip: address, cidr, device }) =>
    address && cidr && device
      ? [`ExecStopPost=-${pathOf(tools, 'ip')} addr del ${address}/${prefixLength(cidr)} dev ${device}`]
      : [],
  );
  // A killed keepalived leaves its address behind, and two hosts then hold it.
  const dropIn = file(
    host.name,
    `/etc/systemd/system/${unit}.service.d/cloudwright.conf`,
    ['[Service]', 'Restart=always', 'RestartSec=1', ...releases, ''].join('\n'),
  );
  const holder = service(host.name, unit, {
    watches: [configuration, dropIn],
    after: [balancer],
    turn: { group: 'keepalived' },
  });
  return [configuration, dropIn, holder];
}

function haproxyCheck({ cloud, facts }: StepContext<Cloud>, host: Host): ShellCheck {
  const { haproxy } = platformOf(cloud.release, factsOf(facts, host.name)).components;
  return {
    via: 'shell',
    id: `haproxy-${host.name}`,
    title: 'haproxy accepts its configuration and runs',
    host: host.name,
    limitSeconds: 20,
    script: `haproxy -c -q -f ${pathOf(haproxy, 'configuration')} && systemctl is-active ${unitOf(haproxy, 'server')}`,
    judge: ({ exitCode, stdout, stderr }) =>
      exitCode === 0
        ? { ok: true, sentence: 'configuration is valid, haproxy is active' }
        : {
            ok: false,
            sentence: 'haproxy refuses its configuration or is down',
            evidence: `${stdout}${stderr}`,
          },
  };
}

function vipCheck(context: StepContext<Cloud>): readonly ShellCheck[] {
  const host = anyControl(context);
  if (!host) return [];
  const address = vip(context.cloud);
  return [
    {
      via: 'shell',
      id: 'vip',
      title: `${address} is held and answers`,
      host: host.name,
      limitSeconds: 30,
      // The statistics page listens on the floating address alone: an answer proves address and balancer at once.
      script: `curl -s -o /dev/null -m 3 -w '%{http_code}' http://${address}:${ports.statistics}/`,
      judge: ({ stdout }) =>
        stdout === '200' || stdout === '401'
          ? { ok: true, sentence: `haproxy answers on ${address}` }
          : { ok: false, sentence: `nothing answers on ${address}:${ports.statistics} yet` },
    },
  ];
}
