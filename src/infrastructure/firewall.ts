import type { Cloud, Host } from '../cloud/cloud.ts';
import type { Listener } from '../cloud/listeners.ts';
import { factsOf, reached } from '../cloud/reached.ts';
import type { ShellCheck } from '../engine/check.ts';
import { type Resource, resource } from '../engine/resource.ts';
import type { Step, StepContext } from '../engine/step.ts';
import { pathOf } from '../platform/platform.ts';
import { platformOf } from '../platform/select.ts';
import { file, MANAGED, packages, sandbox, service, sysctl } from '../resources/index.ts';
import { firewallKind, KEPT } from './firewall/kind.ts';
import { rulesOf } from './firewall/rules.ts';
import { ruleset, TABLE } from './firewall/ruleset.ts';
import { pathCheck } from './paths.ts';

const UNIT = 'cloudwright-firewall';

/** What may come in to each host: only what the definitions name. `listeners`: of everything in the cloud. */
export function firewall(listeners: (cloud: Cloud) => readonly Listener[]): Step<Cloud> {
  return {
    name: 'firewall',
    title: 'Firewall',
    needs: ['preflight'],
    applies: (cloud) => cloud.firewall.enabled,
    resources: (context) =>
      reached(context, context.cloud.hosts).flatMap((host) =>
        hostResources(context, host, listeners(context.cloud)),
      ),
    checks: (context) =>
      reached(context, context.cloud.hosts).flatMap((host) => [
        loadedCheck(host),
        ...pathCheck(context.cloud, host, context.facts, 'firewall'),
      ]),
  };
}

function hostResources(
  { cloud, facts }: StepContext<Cloud>,
  host: Host,
  listeners: readonly Listener[],
): readonly Resource[] {
  const own = factsOf(facts, host.name);
  const component = platformOf(cloud.release, own).components.nftables;
  const installed = packages(host.name, 'firewall', component.packages);
  const rules = resource(
    firewallKind,
    host.name,
    'rules',
    { ruleset: ruleset(rulesOf(cloud, host, listeners, own)) },
    { after: [installed], reliedOn: true },
  );
  // Not the distribution's unit: it begins and ends with `flush ruleset`, which takes the rules of others away.
  const unit = file(
    host.name,
    `/etc/systemd/system/${UNIT}.service`,
    `# ${MANAGED}
[Unit]
Description=What may come in to this host
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target shutdown.target
After=local-fs.target systemd-modules-load.service
Conflicts=shutdown.target
ConditionPathExists=${KEPT}
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${pathOf(component, 'command')} --file ${KEPT}
${sandbox('firewall')}[Install]
WantedBy=sysinit.target
`,
  );
  return [
    installed,
    ...strongHostModel(host, installed),
    rules,
    unit,
    service(host.name, UNIT, { watches: [unit], after: [rules] }),
  ];
}

/**
 * Linux takes packets for any of its addresses on any interface, and says so when asked by ARP. An interface now
 * answers for its own addresses only (ip-sysctl, arp_ignore and arp_announce).
 */
function strongHostModel(host: Host, installed: Resource): readonly Resource[] {
  return [
    sysctl(host.name, 'net.ipv4.conf.all.arp_ignore', '1', { after: [installed] }),
    sysctl(host.name, 'net.ipv4.conf.all.arp_announce', '2', { after: [installed] }),
  ];
}

function loadedCheck(host: Host): ShellCheck {
  return {
    via: 'shell',
    id: `firewall-${host.name}`,
    title: 'nothing comes in but what is described',
    host: host.name,
    limitSeconds: 10,
    script: `nft --stateless list chain ${TABLE.family} ${TABLE.table} input`,
    judge: ({ exitCode, stdout, stderr }) => {
      if (exitCode !== 0) return { ok: false, sentence: 'no rules are loaded', evidence: stderr };
      const accepted = stdout.split('\n').filter((line) => line.trim().includes(' accept')).length;
      return /type filter hook input .*policy drop;/.test(stdout)
        ? { ok: true, sentence: `${accepted} rules let something in, the rest is dropped` }
        : { ok: false, sentence: 'what no rule names is not dropped', evidence: stdout };
    },
  };
}
