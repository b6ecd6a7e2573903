import type { Cloud, Host } from '../cloud/cloud.ts';
import type { ShellCheck } from '../engine/check.ts';
import type { Resource } from '../engine/resource.ts';
import type { Step, StepContext } from '../engine/step.ts';
import { aptSources, command, file, hostsEntries, packages, service, sysctl } from '../resources/index.ts';
import { preflightRequirements } from './preflight/requirements.ts';
import { controlHosts, factsOf } from './shared/places.ts';

/** Host preparation: package sources, names, time, limits (B2, B3). */
export const preflight: Step = {
  name: 'preflight',
  title: 'Hosts: sizes, sources, names, time',
  needs: [],
  requirements: preflightRequirements,
  resources: (context) => context.cloud.hosts.flatMap((host) => hostResources(context, host)),
  checks: (context) => context.cloud.hosts.flatMap((host) => hostChecks(context.cloud, host)),
};

function hostResources({ cloud, facts }: StepContext, host: Host): readonly Resource[] {
  const { mirror, securityMirror, proxy } = cloud.packages;
  const sources = mirror
    ? [
        aptSources(host.name, {
          mirror,
          ...(securityMirror && { securityMirror }),
          suite: factsOf(facts, host.name).codename,
          components: ['main'],
          ...(proxy && { proxy }),
        }),
      ]
    : [];
  const names = hostsEntries(
    host.name,
    cloud.hosts.map((other) => ({ address: other.addresses.management, names: [other.name] })),
  );
  const name = hostName(host);
  const limits = file(
    host.name,
    '/etc/security/limits.d/60-cloudwright.conf',
    '# Managed by Cloudwright: databases, brokers and OSDs open many files.\n* soft nofile 65536\n* hard nofile 65536\n',
  );
  const keepalive = sysctl(host.name, 'net.ipv4.tcp_keepalive_time', '60');
  return [
    ...sources,
    name,
    names,
    limits,
    keepalive,
    ...timeResources(cloud, host, sources, factsOf(facts, host.name).container),
  ];
}

/**
 * The host bears the name that the description gives it: RabbitMQ, Ceph and the agents register under it. Files of
 * other installers often know addresses only, so the name is set, and the plan says so before.
 */
function hostName(host: Host): Resource {
  return command(host.name, 'host-name', {
    doing: `name the host ${host.name}`,
    unless: `[ "$(uname -n)" = ${host.name} ] && [ "$(cat /etc/hostname)" = ${host.name} ]`,
    script: `set -e\necho ${host.name} > /etc/hostname.new\nmv /etc/hostname.new /etc/hostname\nhostname ${host.name}`,
    limitSeconds: 10,
  });
}

/**
 * chrony by role (A4): with time servers, everyone asks them; without, the control hosts agree among themselves
 * (orphan mode) and serve the rest. In a container the clock is the outer host's: chrony then measures (`-x`)
 * and serves, and steps nothing.
 */
function timeResources(
  cloud: Cloud,
  host: Host,
  sources: readonly Resource[],
  container: boolean,
): readonly Resource[] {
  const chrony = packages(host.name, 'time', ['chrony'], { after: sources });
  const isControl = host.roles.has('control');
  const peers = controlHosts(cloud).filter((other) => other !== host);
  const upstream =
    cloud.timeServers.length > 0
      ? cloud.timeServers.map((server) => `server ${server} iburst`)
      : peers.map(
          (peer) =>
            `${isControl ? 'peer' : 'server'} ${peer.addresses.management} ${isControl ? 'xleave' : 'iburst'}`,
        );
  const configuration = file(
    host.name,
    '/etc/chrony/chrony.conf',
    [
      '# Managed by Cloudwright; changes are put back at the next apply.',
      ...upstream,
      ...(isControl ? ['local stratum 8 orphan', `allow ${cloud.networks.management.cidr}`] : []),
      'driftfile /var/lib/chrony/chrony.drift',
      'makestep 1 3',
      'rtcsync',
      '',
    ].join('\n'),
    { after: [chrony] },
  );
  const options = file(host.name, '/etc/default/chrony', `DAEMON_OPTS="-F 1${container ? ' -x' : ''}"\n`, {
    after: [chrony],
  });
  const dropIn = file(
    host.name,
    '/etc/systemd/system/chrony.service.d/cloudwright.conf',
    // The unit's condition would skip it in a container, which may not set the clock but may well serve time.
    '[Unit]\nConditionCapability=\n[Service]\nRestart=always\n',
  );
  return [
    chrony,
    configuration,
    options,
    dropIn,
    service(host.name, 'chrony', { watches: [configuration, options, dropIn] }),
  ];
}

function hostChecks(cloud: Cloud, host: Host): readonly ShellCheck[] {
  return [
    {
      via: 'shell',
      id: `time-${host.name}`,
      title: 'chrony runs and has a time source or is one',
      host: host.name,
      limitSeconds: 60,
      script: 'chronyc -n tracking',
      judge: ({ exitCode, stdout, stderr }) => {
        if (exitCode !== 0)
          return { ok: false, sentence: `chronyc gives no answer: ${stderr.trim() || stdout.trim()}` };
        const stratum = Number(/^Stratum\s*:\s*(\d+)/m.exec(stdout)?.[1] ?? 0);
        const leap = /^Leap status\s*:\s*(.+)$/m.exec(stdout)?.[1] ?? 'unknown';
        const ok = stratum > 0 && leap !== 'Not synchronised';
        return { ok, sentence: `stratum ${stratum}, leap status ${leap}`, ...(!ok && { evidence: stdout }) };
      },
    },
    {
      via: 'shell',
      id: `names-${host.name}`,
      title: 'every host name leads to its management address',
      host: host.name,
      limitSeconds: 10,
      script: `getent ahostsv4 ${cloud.hosts.map((other) => other.name).join(' ')} | awk '$2=="STREAM"{print $1, $3}'`,
      judge: ({ stdout }) => {
        const seen = new Map(
          stdout
            .trim()
            .split('\n')
            .map((line): [string, string] => {
              const [address = '', name = ''] = line.split(' ');
              return [name, address];
            }),
        );
        const wrong = cloud.hosts.filter((other) => seen.get(other.name) !== other.addresses.management);
        return wrong.length === 0
          ? { ok: true, sentence: `${cloud.hosts.length} names resolve` }
          : {
              ok: false,
              sentence: `wrong or missing: ${wrong.map((other) => other.name).join(', ')}`,
              evidence: stdout,
            };
      },
    },
  ];
}
