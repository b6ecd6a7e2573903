import type { Cloud, Host } from '../cloud/cloud.ts';
import { factsOf, reached } from '../cloud/reached.ts';
import { controlHosts, vip } from '../cloud/topology.ts';
import type { ShellCheck } from '../engine/check.ts';
import type { Resource } from '../engine/resource.ts';
import type { Step, StepContext } from '../engine/step.ts';
import type { AllFacts } from '../hosts/connection.ts';
import { pathOf, unitOf } from '../platform/platform.ts';
import { platformOf } from '../platform/select.ts';
import {
  aptSources,
  command,
  directory,
  file,
  hostsEntries,
  MANAGED,
  packages,
  STATE_DIRECTORY,
  service,
  sysctl,
} from '../resources/index.ts';
import { plain } from '../secrets/confidential.ts';
import { databaseHealthUser } from './database/health.ts';
import { plainMembersCheck } from './ovn/checks.ts';
import { pathCheck } from './paths.ts';
import { authorityResources } from './preflight/authority.ts';
import { preflightRequirements } from './preflight/requirements.ts';
import { virtualRouterCheck } from './preflight/virtualRouter.ts';

/** Host preparation: whose host it is, package sources, names, time, limits. */
export const preflight: Step<Cloud> = {
  name: 'preflight',
  title: 'Hosts: sizes, sources, names, time',
  needs: [],
  requirements: preflightRequirements,
  resources: (context) =>
    reached(context, context.cloud.hosts).flatMap((host) => hostResources(context, host)),
  checks: (context) => {
    const { cloud, facts } = context;
    const controls = reached(context, controlHosts(cloud));
    return [
      ...reached(context, cloud.hosts).flatMap((host) => [
        ...hostChecks(cloud, host),
        ...pathCheck(cloud, host, facts, 'preflight'),
      ]),
      ...(mayBeForeign(cloud, facts) ? controls.map((host) => vipFreeCheck(context, host)) : []),
      ...controls.map((host) => virtualRouterCheck(cloud, host)),
      ...controls.map((host) => databaseMembersCheck(cloud, host)),
      ...controls.map((host) =>
        plainMembersCheck(
          host,
          platformOf(cloud.release, factsOf(facts, host.name)).components['ovn-central'],
        ),
      ),
    ];
  },
};

/**
 * Whether an answer on the floating address could come from somebody else: no host of the cloud has it, and none that
 * may have it is unreachable.
 */
function mayBeForeign(cloud: Cloud, facts: AllFacts): boolean {
  const controls = controlHosts(cloud);
  if (controls.some((host) => !facts.has(host.name))) return false;
  const address = vip(cloud);
  return !controls.some((host) =>
    factsOf(facts, host.name).interfaces.some((entry) =>
      entry.addresses.some((own) => own.split('/')[0] === address),
    ),
  );
}

/**
 * Control hosts are not taken out of a living cloud by leaving them out of its description: those that stay would go
 * on without them while they still hold the floating address and a majority of the database.
 */
function databaseMembersCheck(cloud: Cloud, host: Host): ShellCheck {
  const described = controlHosts(cloud).length;
  return {
    via: 'shell',
    id: `database-members-${host.name}`,
    title: 'the database has no members that the description lacks',
    host: host.name,
    limitSeconds: 10,
    script: `command -v mariadb >/dev/null || exit 0
mariadb --skip-ssl -N -B -e "select variable_value from information_schema.global_status where variable_name = 'wsrep_cluster_size'" 2>/dev/null || :`,
    judge: ({ stdout }) => {
      const size = Number(stdout.trim() || 0);
      return size <= described
        ? { ok: true, sentence: size > 0 ? `${size} of ${described} members` : 'not a member of a cluster' }
        : {
            ok: false,
            sentence: `the database has ${size} members, the description ${described} control hosts; put the missing ones back, since apply cannot take control hosts out of a living cloud`,
          };
    },
  };
}

function hostResources({ cloud, facts }: StepContext<Cloud>, host: Host): readonly Resource[] {
  const { mirror, securityMirror, proxy } = cloud.packages;
  const sources = mirror
    ? [
        aptSources(host.name, {
          mirror,
          ...(securityMirror && { securityMirror }),
          suite: factsOf(facts, host.name).codename,
          components: platformOf(cloud.release, factsOf(facts, host.name)).packageManager.components,
          ...(proxy && { proxy }),
        }),
      ]
    : [];
  const names = hostsEntries(
    host.name,
    cloud.hosts.map((other) => ({ address: other.addresses.management, names: [other.name] })),
  );
  const id = file(host.name, `${STATE_DIRECTORY}/cloud-id`, `${plain(cloud.secrets.cloud_id)}\n`);
  const name = hostName(host);
  const limits = file(
    host.name,
    '/etc/security/limits.d/60-cloudwright.conf',
    `# ${MANAGED}\n* soft nofile 65536\n* hard nofile 65536\n`,
  );
  // A peer that is gone is noticed after a minute and a half, in place of two hours.
  const keepalive = [
    sysctl(host.name, 'net.ipv4.tcp_keepalive_time', '60'),
    sysctl(host.name, 'net.ipv4.tcp_keepalive_intvl', '10'),
    sysctl(host.name, 'net.ipv4.tcp_keepalive_probes', '3'),
  ];
  // A file OSD once made this folder belong to Ceph's daemons.
  const state = directory(host.name, STATE_DIRECTORY, { mode: '0755', after: [id] });
  const platform = platformOf(cloud.release, factsOf(facts, host.name));
  const { startupModule } = platform;
  return [
    id,
    state,
    ...(host.roles.has('control') ? [databaseHealthUser(host, platform.components.tools)] : []),
    ...sources,
    name,
    names,
    limits,
    ...(startupModule ? [file(host.name, startupModule.path, `# ${MANAGED}\n${startupModule.content}`)] : []),
    ...keepalive,
    ...authorityResources(cloud, host, factsOf(facts, host.name), sources),
    ...timeResources({ cloud, facts }, host, sources),
  ];
}

/**
 * The host gets the name that it has in the description: RabbitMQ, Ceph and the agents register under it. Files of
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
 * chrony by role: with time servers, everyone asks them; without, the control hosts agree among themselves
 * (orphan mode) and serve the rest. In a container the clock is the outer host's: chrony then measures (`-x`)
 * and serves, and steps nothing.
 */
function timeResources(
  { cloud, facts }: StepContext<Cloud>,
  host: Host,
  sources: readonly Resource[],
): readonly Resource[] {
  const own = factsOf(facts, host.name);
  const component = platformOf(cloud.release, own).components.chrony;
  const unit = unitOf(component, 'server');
  const chrony = packages(host.name, 'host', component.packages, { after: sources });
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
    pathOf(component, 'configuration'),
    [
      `# ${MANAGED}`,
      ...upstream,
      ...(isControl ? ['local stratum 8 orphan', `allow ${cloud.networks.management.cidr}`] : []),
      `driftfile ${pathOf(component, 'drift')}`,
      'makestep 1 3',
      'rtcsync',
      '',
    ].join('\n'),
    { after: [chrony] },
  );
  const options = file(
    host.name,
    pathOf(component, 'defaults'),
    `DAEMON_OPTS="-F 1${own.container ? ' -x' : ''}"\n`,
    { after: [chrony] },
  );
  const dropIn = file(
    host.name,
    `/etc/systemd/system/${unit}.service.d/cloudwright.conf`,
    // The unit's condition would skip it in a container, which may not set the clock but may well serve time.
    '[Unit]\nConditionCapability=\n[Service]\nRestart=always\n',
  );
  return [
    chrony,
    configuration,
    options,
    dropIn,
    service(host.name, unit, { watches: [configuration, options, dropIn] }),
  ];
}

/**
 * The VIP is unused, or held by this cloud. One datagram makes the kernel resolve it, which needs no
 * tool on a bare host; whoever holds it answers within the second.
 */
function vipFreeCheck({ cloud, facts }: StepContext<Cloud>, host: Host): ShellCheck {
  const address = vip(cloud);
  const { keepalived } = platformOf(cloud.release, factsOf(facts, host.name)).components;
  return {
    via: 'shell',
    id: `vip-free-${host.name}`,
    title: `${address} belongs to nobody else`,
    host: host.name,
    limitSeconds: 5,
    script: [
      `if ip -o -4 addr show | grep -qF ' ${address}/'; then echo held here; exit; fi`,
      `if systemctl is-active --quiet ${unitOf(keepalived, 'server')}; then echo held by a peer or about to be; exit; fi`,
      `bash -c 'echo >/dev/udp/${address}/9' 2>/dev/null`,
      'left=10',
      'while [ $left -gt 0 ]; do',
      `  case $(ip neigh show ${address}) in *lladdr*) ip neigh show ${address}; exit 1 ;; *FAILED*) break ;; esac`,
      '  left=$((left - 1)); sleep 0.1',
      'done',
      'echo free',
    ].join('\n'),
    judge: ({ exitCode, stdout }) =>
      exitCode === 0
        ? { ok: true, sentence: `${address} is ${stdout.trim()}` }
        : { ok: false, sentence: `another machine answers for ${address}: ${stdout.trim()}` },
  };
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
          return { ok: false, sentence: `chronyc does not answer: ${stderr.trim() || stdout.trim()}` };
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
