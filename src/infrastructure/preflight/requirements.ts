import type { Cloud, Host, NetworkName, Role } from '../../cloud/cloud.ts';
import { factsOf, reached } from '../../cloud/reached.ts';
import type { StepContext } from '../../engine/step.ts';
import type { ErrorCode } from '../../errors/catalogue/index.ts';
import { type Problem, problem } from '../../errors/problem.ts';
import type { HostFacts } from '../../hosts/connection.ts';
import { findPlatform } from '../../platform/select.ts';

/** A tenth below the minimum passes: firmware and rounding take their share, as in Burrito's checklist. */
const tolerance = 0.9;

/** Compares the description with the hosts' facts, before anything is changed. */
export function preflightRequirements({ cloud, facts }: StepContext<Cloud>): readonly Problem[] {
  return reached({ cloud, facts }, cloud.hosts).flatMap((host) => {
    const own = factsOf(facts, host.name);
    return [
      ...release(cloud, host, own),
      ...renamed(host, own),
      ...sizes(cloud, host, own),
      ...interfaces(cloud, host, own),
      ...devices(cloud, host, own),
      ...clock(cloud, host, own),
      ...virtualization(cloud, host, own),
    ];
  });
}

type Details = Readonly<Record<string, string | number>>;

function finding(
  code: ErrorCode,
  host: Host,
  details: Details,
  severity: 'error' | 'warning' = 'error',
): Problem {
  return problem(code, {
    place: { kind: 'cloud', host: host.name, step: 'preflight' },
    details: { host: host.name, ...details },
    severity,
  });
}

function release(cloud: Cloud, host: Host, facts: HostFacts): readonly Problem[] {
  if (findPlatform(cloud.release, facts)) return [];
  const found = `${facts.distribution} ${facts.codename}`.trim();
  return [finding('PREFLIGHT_RELEASE', host, { found, release: cloud.release })];
}

function renamed(host: Host, facts: HostFacts): readonly Problem[] {
  if (!facts.managed || facts.hostname.split('.')[0] === host.name) return [];
  return [finding('PREFLIGHT_HOST_RENAMED', host, { found: facts.hostname })];
}

function sizes(cloud: Cloud, host: Host, facts: HostFacts): readonly Problem[] {
  const found: Problem[] = [];
  const need = (code: ErrorCode, role: Role, has: number, wanted: number, share = tolerance): void => {
    if (has >= wanted * share) return;
    found.push(finding(code, host, { role, found: Math.round(has * 10) / 10, needed: wanted }));
  };
  for (const role of host.roles) {
    const minimum = cloud.minimums[role];
    need('PREFLIGHT_CPUS', role, facts.cpus, minimum.cpus, 1);
    need('PREFLIGHT_MEMORY', role, facts.memoryMiB / 1024, minimum.memoryGiB);
    need('PREFLIGHT_DISK', role, facts.rootDiskGiB, minimum.diskGiB);
  }
  return found;
}

function interfaces(cloud: Cloud, host: Host, facts: HostFacts): readonly Problem[] {
  const names = facts.interfaces.map((entry) => entry.name).join(', ');
  const everyAddress = facts.interfaces.flatMap((entry) => entry.addresses.map(withoutPrefix));
  const found: Problem[] = [];
  for (const [network, name] of Object.entries(host.interfaces) as [NetworkName, string][]) {
    const entry = facts.interfaces.find((candidate) => candidate.name === name);
    if (!entry) {
      found.push(finding('PREFLIGHT_INTERFACE_MISSING', host, { interface: name, network, found: names }));
      continue;
    }
    if (!entry.up) found.push(finding('PREFLIGHT_INTERFACE_DOWN', host, { interface: name, network }));
    const mtu = cloud.networks[network]?.mtu ?? 0;
    if (entry.mtu < mtu) {
      found.push(finding('PREFLIGHT_MTU', host, { network, interface: name, found: entry.mtu, needed: mtu }));
    }
    if (network === 'provider') {
      const address = entry.addresses.map(withoutPrefix).find((candidate) => !candidate.includes(':'));
      if (address) found.push(finding('PREFLIGHT_PROVIDER_ADDRESS', host, { interface: name, address }));
      continue;
    }
    const address = host.addresses[network];
    // The overlay's address moves to a bridge on the userspace datapath, so any interface may hold it.
    if (address && !everyAddress.includes(address)) {
      found.push(
        finding('PREFLIGHT_ADDRESS_MISSING', host, {
          network,
          address,
          interface: name,
          found: everyAddress.join(', ') || 'none',
        }),
      );
    }
  }
  if (!facts.defaultGateway && !cloud.packages.proxy && !cloud.packages.mirror) {
    found.push(finding('PREFLIGHT_GATEWAY', host, {}, 'warning'));
  }
  return found;
}

function withoutPrefix(address: string): string {
  return address.split('/')[0] ?? address;
}

function devices(cloud: Cloud, host: Host, facts: HostFacts): readonly Problem[] {
  if (!host.roles.has('osd')) return [];
  const least = cloud.minimums.osd.deviceGiB ?? 0;
  return host.devices.flatMap((device): readonly Problem[] => {
    if (device.startsWith('file:')) return [];
    const entry = facts.blockDevices.find((candidate) => candidate.path === device);
    if (!entry) {
      const found = facts.blockDevices.map((candidate) => candidate.path).join(', ') || 'none';
      return [finding('PREFLIGHT_DEVICE_MISSING', host, { device, found })];
    }
    if (entry.inUse) return [finding('PREFLIGHT_DEVICE_IN_USE', host, { device })];
    if (entry.sizeGiB >= least * tolerance) return [];
    return [
      finding('PREFLIGHT_DEVICE_SMALL', host, { device, found: Math.round(entry.sizeGiB), needed: least }),
    ];
  });
}

function clock(cloud: Cloud, host: Host, facts: HostFacts): readonly Problem[] {
  const offset = Math.abs(facts.clockOffsetSeconds);
  if (offset <= cloud.clockTolerance) return [];
  return [finding('PREFLIGHT_CLOCK', host, { found: Math.round(offset), needed: cloud.clockTolerance })];
}

function virtualization(cloud: Cloud, host: Host, facts: HostFacts): readonly Problem[] {
  if (!host.roles.has('compute') || cloud.compute.virtualization !== 'kvm' || facts.kvm) return [];
  return [finding('PREFLIGHT_VIRTUALIZATION', host, {})];
}
