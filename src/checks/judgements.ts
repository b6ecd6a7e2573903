import type { ComputeService, Hypervisor } from '../api/compute.ts';
import type { Agent } from '../api/network.ts';
import type { VolumeService } from '../api/volume.ts';
import type { Finding } from '../engine/check.ts';
import { judge, shortName } from './verdict.ts';

export interface ComputeExpectation {
  readonly control: readonly string[];
  readonly compute: readonly string[];
}

/** Hosts of ML2/OVN: `chassis` run a controller and metadata, `gateways` carry routers too. */
export interface AgentExpectation {
  readonly chassis: readonly string[];
  readonly gateways: readonly string[];
}

export interface ServiceExpectation {
  readonly binary: string;
  /** `host` or `host@backend`. */
  readonly host: string;
}

interface ReportedService {
  readonly binary: string;
  readonly host: string;
  readonly status: string;
  readonly state: string;
  readonly disabled_reason?: string | null;
}

/** Nova's and Cinder's services report alike; `down` means that no report came for a minute. */
function faultsOf(services: readonly ReportedService[]): readonly string[] {
  return services.flatMap((service) => {
    const name = `${service.binary} on ${service.host}`;
    const faults: string[] = [];
    if (service.status !== 'enabled') {
      faults.push(`${name} is disabled${service.disabled_reason ? ` (${service.disabled_reason})` : ''}`);
    }
    if (service.state !== 'up') faults.push(`${name} is down`);
    return faults;
  });
}

function sameHost(a: string, b: string): boolean {
  const [hostA = '', backendA] = a.split('@');
  const [hostB = '', backendB] = b.split('@');
  return shortName(hostA) === shortName(hostB) && backendA === backendB;
}

/**
 * Without the records of what is silent or disabled on a host that the description no longer has: such a host is left
 * as it is, and its services are gone when it is switched off.
 */
function withoutGone<T>(
  records: readonly T[],
  hosts: readonly string[],
  hostOf: (record: T) => string,
  isSilent: (record: T) => boolean,
): readonly T[] {
  return records.filter((one) => !isSilent(one) || hosts.some((host) => sameHost(hostOf(one), host)));
}

const hostOf = ({ host }: { readonly host: string }): string => host;
const isDown = ({ state }: { readonly state: string }): boolean => state !== 'up';

function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? '' : 's'}`;
}

/** Enabled and up, and one nova-compute for each compute host. */
export function judgeComputeServices(all: readonly ComputeService[], expected: ComputeExpectation): Finding {
  const services = all.filter((service) => {
    const hosts = service.binary === 'nova-compute' ? expected.compute : expected.control;
    // What a host that the description no longer has does not do any more is no fault.
    const isIdle = isDown(service) || service.status !== 'enabled';
    return !isIdle || hosts.some((host) => sameHost(service.host, host));
  });
  const faults = [...faultsOf(services)];
  for (const binary of ['nova-conductor', 'nova-scheduler']) {
    for (const host of expected.control) {
      if (!services.some((service) => service.binary === binary && sameHost(service.host, host))) {
        faults.push(`${binary} on ${host} has not registered`);
      }
    }
  }
  const running = services.filter(({ binary }) => binary === 'nova-compute');
  for (const host of expected.compute) {
    const own = running.filter((service) => sameHost(service.host, host));
    if (own.length === 0) faults.push(`nova-compute on ${host} has not registered`);
    if (own.length > 1) faults.push(`${own.length} nova-compute services for ${host}`);
  }
  for (const { host } of running) {
    if (expected.compute.some((name) => sameHost(host, name))) continue;
    faults.push(
      `nova-compute on ${host}, which is no compute host of the description, still takes instances (disable it with \`openstack compute service set --disable ${host} nova-compute\`)`,
    );
  }
  return judge(
    faults,
    `${count(services.length, 'compute service')} enabled and up, one nova-compute for each of ${count(expected.compute.length, 'compute host')}`,
  );
}

export function judgeHypervisors(all: readonly Hypervisor[], expected: ComputeExpectation): Finding {
  const hypervisors = withoutGone(
    all,
    expected.compute,
    ({ service }) => service.host,
    (record) => isDown(record) || record.status !== 'enabled',
  );
  const faults = hypervisors
    .filter(({ state, status }) => state !== 'up' || status !== 'enabled')
    .map(({ hypervisor_hostname: name, state, status }) => `hypervisor ${name} is ${status} and ${state}`);
  for (const host of expected.compute) {
    if (!hypervisors.some(({ service }) => sameHost(service.host, host)))
      faults.push(`${host} has no hypervisor`);
  }
  return judge(faults, `${count(hypervisors.length, 'hypervisor')} up`);
}

const CONTROLLER = 'OVN Controller agent';
const GATEWAY = 'OVN Controller Gateway agent';
/** The second is what serves metadata where the newer, joined agent runs. */
const METADATA = ['OVN Metadata agent', 'OVN Neutron agent'];

/** Alive and UP, and of the right kinds for ML2/OVN. */
export function judgeNetworkAgents(all: readonly Agent[], expected: AgentExpectation): Finding {
  const agents = withoutGone(
    all,
    [...expected.chassis, ...expected.gateways],
    hostOf,
    ({ alive, admin_state_up }) => !alive || !admin_state_up,
  );
  const faults = agents.flatMap((agent) => {
    const name = `${agent.agent_type} on ${agent.host}`;
    if (!agent.alive) return [`${name} is not alive`];
    return agent.admin_state_up ? [] : [`${name} is switched off`];
  });
  const has = (host: string, types: readonly string[]): boolean =>
    agents.some((agent) => types.includes(agent.agent_type) && sameHost(agent.host, host));
  for (const host of expected.chassis) {
    if (!has(host, [CONTROLLER, GATEWAY])) faults.push(`${CONTROLLER} on ${host} has not registered`);
    if (!has(host, METADATA)) faults.push(`${METADATA[0]} on ${host} has not registered`);
  }
  for (const host of expected.gateways) {
    // Not registered at all is said above.
    if (has(host, [CONTROLLER]) && !has(host, [GATEWAY])) {
      faults.push(`${host} is to carry routers, but its controller is not a gateway`);
    }
  }
  for (const agent of agents) {
    if (
      !METADATA.includes(agent.agent_type) &&
      agent.agent_type !== CONTROLLER &&
      agent.agent_type !== GATEWAY
    ) {
      faults.push(`${agent.agent_type} on ${agent.host}, a kind that ML2/OVN does not use`);
    }
  }
  return judge(
    faults,
    `${count(agents.length, 'network agent')} alive and up, of the kinds that ML2/OVN uses`,
  );
}

/** Enabled and up, each expected one there. */
export function judgeVolumeServices(
  all: readonly VolumeService[],
  expected: readonly ServiceExpectation[],
): Finding {
  const services = withoutGone(
    all,
    expected.map(hostOf),
    hostOf,
    (record) => isDown(record) || record.status !== 'enabled',
  );
  const faults = [...faultsOf(services)];
  const missing = expected.filter(
    (wanted) => !services.some(({ binary, host }) => binary === wanted.binary && sameHost(host, wanted.host)),
  );
  for (const name of new Set(missing.map((wanted) => `${wanted.binary} on ${wanted.host}`))) {
    faults.push(`${name} has not registered`);
  }
  return judge(faults, `${count(services.length, 'volume service')} enabled and up`);
}
