import type { CatalogEntry } from '../api/auth.ts';
import type { Client } from '../api/client.ts';
import {
  type AgentExpectation,
  type ComputeExpectation,
  judgeComputeServices,
  judgeHypervisors,
  judgeNetworkAgents,
  judgeVolumeServices,
  type ServiceExpectation,
} from './judgements.ts';
import { finding, judge, type Table, type Verdict } from './verdict.ts';

/** What a cloud of this description must show. */
export interface ToolboxExpectations {
  readonly region: string;
  readonly compute: ComputeExpectation;
  readonly agents: AgentExpectation;
  readonly volume: readonly ServiceExpectation[];
  /** Service types that the catalog must have. */
  readonly catalog: readonly string[];
}

/** The toolbox's answer: tables to look at, verdicts on them. Made of plain values, so that it is its own JSON. */
export interface ToolboxReport {
  readonly ok: boolean;
  readonly tables: readonly Table[];
  readonly verdicts: readonly Verdict[];
}

interface Part {
  readonly table: Table;
  readonly verdict: Verdict;
}

/** Asks every service at once; one that fails has its verdict and an empty table, the others are still shown. */
export async function toolbox(client: Client, expected: ToolboxExpectations): Promise<ToolboxReport> {
  const parts = await Promise.all([
    part('volume-services', 'Volume services', ['binary', 'host', 'zone', 'status', 'state'], async () => {
      const services = await client.volume.services();
      return { rows: services.map(texts), finding: judgeVolumeServices(services, expected.volume) };
    }),
    part('network-agents', 'Network agents', ['type', 'host', 'alive', 'state', 'binary'], async () => {
      const agents = await client.network.agents();
      const rows = agents.map((agent) => ({
        type: agent.agent_type,
        host: agent.host,
        alive: agent.alive ? ':-)' : 'XXX',
        state: agent.admin_state_up ? 'UP' : 'DOWN',
        binary: agent.binary,
      }));
      return { rows, finding: judgeNetworkAgents(agents, expected.agents) };
    }),
    part('compute-services', 'Compute services', ['binary', 'host', 'zone', 'status', 'state'], async () => {
      const services = await client.compute.services();
      return { rows: services.map(texts), finding: judgeComputeServices(services, expected.compute) };
    }),
    part(
      'hypervisors',
      'Hypervisors',
      ['name', 'type', 'state', 'vcpus', 'memory', 'instances'],
      async () => {
        const hypervisors = await client.compute.hypervisors();
        const rows = hypervisors.map((hypervisor) => ({
          name: hypervisor.hypervisor_hostname,
          type: hypervisor.hypervisor_type,
          state: hypervisor.state,
          vcpus: `${hypervisor.vcpus_used} of ${hypervisor.vcpus}`,
          memory: `${hypervisor.memory_mb_used} of ${hypervisor.memory_mb} MiB`,
          instances: String(hypervisor.running_vms),
        }));
        return { rows, finding: judgeHypervisors(hypervisors, expected.compute) };
      },
    ),
    part('catalog', 'Service catalog', ['type', 'name', 'public'], async () => {
      const { catalog } = await client.session.login();
      const rows = catalog.map((entry) => ({
        type: entry.type,
        name: entry.name,
        public: publicUrl(entry, expected.region) ?? '',
      }));
      return { rows, finding: judgeCatalog(catalog, expected) };
    }),
  ]);
  return {
    ok: parts.every(({ verdict }) => verdict.ok),
    tables: parts.map(({ table }) => table),
    verdicts: parts.map(({ verdict }) => verdict),
  };
}

async function part(
  name: string,
  title: string,
  columns: readonly string[],
  look: () => Promise<{
    rows: readonly Readonly<Record<string, string>>[];
    finding: Omit<Verdict, 'subject'>;
  }>,
): Promise<Part> {
  let rows: readonly Readonly<Record<string, string>>[] = [];
  const found = await finding(async () => {
    const seen = await look();
    rows = seen.rows.map((row) => Object.fromEntries(columns.map((column) => [column, row[column] ?? ''])));
    return seen.finding;
  });
  return { table: { name, title, columns, rows }, verdict: { subject: title, ...found } };
}

function texts(row: object): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, String(value ?? '')]));
}

function publicUrl(entry: CatalogEntry, region: string): string | undefined {
  return entry.endpoints.find((endpoint) => endpoint.interface === 'public' && endpoint.region === region)
    ?.url;
}

function judgeCatalog(catalog: readonly CatalogEntry[], expected: ToolboxExpectations) {
  const missing = expected.catalog.filter(
    (type) =>
      !catalog.some((entry) => entry.type === type && publicUrl(entry, expected.region) !== undefined),
  );
  return judge(
    missing.map((type) => `no public endpoint of type ${type} in region ${expected.region}`),
    `${catalog.length} services in the catalog`,
  );
}
