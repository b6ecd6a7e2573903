import type { Cloud, Host, NetworkName } from '../cloud/cloud.ts';
import { reached } from '../cloud/reached.ts';
import type { ShellCheck } from '../engine/check.ts';
import type { AllFacts } from '../hosts/connection.ts';

/** Networks on which the hosts talk to each other. */
const NETWORKS: readonly NetworkName[] = ['service', 'management', 'overlay', 'storage'];
/** IPv4 and ICMP headers, in bytes. */
const HEADERS = 28;
/** Probes at once. */
const SIDE_BY_SIDE = 32;

/**
 * Every other host answers on each network that both have, to a packet as large as the network's MTU that nobody may
 * split: a switch in between with a smaller one would let connections open and then stall. A host that a run has changed
 * may have a firewall, which lets a new host ask it only when the step `firewall` has changed it: until then its silence
 * proves nothing.
 */
export function pathCheck(
  cloud: Cloud,
  host: Host,
  facts: AllFacts,
  step: 'preflight' | 'firewall',
): readonly ShellCheck[] {
  const probes = NETWORKS.flatMap((network) =>
    reached({ cloud, facts }, cloud.hosts).flatMap((other) => {
      const [from, to] = [host.addresses[network], other.addresses[network]];
      if (other === host || !from || !to) return [];
      if (step === 'firewall' && !mayBeFirewalled(cloud, facts, other.name)) return [];
      return [`probe ${network} ${other.name} ${from} ${to} ${cloud.networks[network]?.mtu ?? 1500}`];
    }),
  );
  if (probes.length === 0) return [];
  return [
    {
      via: 'shell',
      id: step === 'preflight' ? `paths-${host.name}` : `firewall-paths-${host.name}`,
      title: 'every other host answers on each network, to packets of full size',
      host: host.name,
      limitSeconds: 10,
      thorough: true,
      script: [
        'answers() { ping -n -q -c 2 -i 0.2 -W 1 -I "$1" "$2" -M do -s "$3" >/dev/null 2>&1; }',
        'probe() {',
        `  if answers "$3" "$4" $(($5 - ${HEADERS})); then return; fi`,
        '  if answers "$3" "$4" 56; then echo "small $1 $2 $5"; else echo "silent $1 $2 $4"; fi',
        '}',
        ...probes.flatMap((line, index) => [
          `${line} &`,
          ...(index % SIDE_BY_SIDE === SIDE_BY_SIDE - 1 ? ['wait'] : []),
        ]),
        'wait',
        `echo done`,
      ].join('\n'),
      judge: ({ stdout, stderr }) => {
        const lines = stdout.trim().split('\n');
        if (!lines.includes('done'))
          return { ok: false, sentence: 'the probes gave no answer', evidence: stderr };
        const faults = lines
          .filter(
            (line) =>
              step === 'firewall' || !isSilenceOf(line, (name) => mayBeFirewalled(cloud, facts, name)),
          )
          .flatMap((line) => faultOf(line));
        return faults.length === 0
          ? { ok: true, sentence: `${probes.length} paths carry packets of full size` }
          : { ok: false, sentence: faults.join('; ') };
      },
    },
  ];
}

function mayBeFirewalled(cloud: Cloud, facts: AllFacts, host: string): boolean {
  return cloud.firewall.enabled && facts.get(host)?.managed === true;
}

function isSilenceOf(line: string, which: (host: string) => boolean): boolean {
  const [fault, , other = ''] = line.split(' ');
  return fault === 'silent' && which(other);
}

function faultOf(line: string): readonly string[] {
  const [fault, network, other, detail] = line.split(' ');
  if (fault === 'silent') return [`${other} does not answer ping on ${network} (${detail})`];
  if (fault !== 'small') return [];
  return [
    `packets of ${detail} bytes do not reach ${other} on ${network}: a switch on the way has a smaller MTU, or the description a larger one`,
  ];
}
