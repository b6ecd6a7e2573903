import { fail } from '../errors/problem.ts';
import { readJson } from '../system/files.ts';
import { fabricNamespace, type LabLocation, labPaths } from './names.ts';
import {
  MANAGEMENT_VIP,
  type NodeAddresses,
  nodeAddresses,
  PROVIDER_CIDR,
  PROVIDER_GATEWAY,
  PROXY_URL,
  SERVICE_VIP,
} from './networks.ts';

export interface LabNode {
  readonly name: string;
  /** Last octet of its addresses. */
  readonly index: number;
  readonly addresses: NodeAddresses;
}

/** A lab that is up, as commands and tests use it; also the content of its lab.json. */
export interface LabState {
  readonly name: string;
  readonly directory: string;
  readonly nodes: readonly LabNode[];
  /** ssh_config(5) by which `ssh -F` reaches every node by name, as root. */
  readonly sshConfig: string;
  /** The Debian archive that the nodes install from, as they ask for it. */
  readonly mirror: string;
  readonly securityMirror: string | undefined;
  /** The package proxy as nodes reach it. */
  readonly proxyUrl: string;
  /** Network namespace with all bridges; it has .250 in each network and the provider network's gateway. */
  readonly fabricNetns: string;
  readonly providerCidr: string;
  readonly providerGateway: string;
  /** Free address in the management network, for the cloud's VIP. */
  readonly vip: string;
  /** The same in the service network. */
  readonly vipService: string;
  /** File, readable by root alone, with the password of the nodes' user `operator`, who may sudo with it. */
  readonly operatorPasswordFile: string;
  /** Private key that root and operator of each node accept. */
  readonly identityFile: string;
  /** Memory limit of each node, in MiB; page cache counts. */
  readonly memoryMiB: number;
}

/** What is recorded of one node: its base tree and the trees between that and its upper, topmost first. */
export interface NodeRecord {
  readonly base: string;
  readonly lowers: readonly string[];
  readonly prepared: boolean;
}

export function describeLab(
  location: LabLocation,
  indexes: ReadonlyMap<string, number>,
  parts: Pick<LabState, 'mirror' | 'securityMirror' | 'memoryMiB'>,
): LabState {
  const paths = labPaths(location);
  return {
    name: location.name,
    directory: location.directory,
    nodes: [...indexes].map(([name, index]) => ({ name, index, addresses: nodeAddresses(index) })),
    sshConfig: paths.sshConfig,
    proxyUrl: PROXY_URL,
    fabricNetns: fabricNamespace(location.name),
    providerCidr: PROVIDER_CIDR,
    providerGateway: PROVIDER_GATEWAY,
    vip: MANAGEMENT_VIP,
    vipService: SERVICE_VIP,
    operatorPasswordFile: paths.operatorPassword,
    identityFile: paths.key,
    ...parts,
  };
}

/** The lab's recorded state, or undefined where there is none. */
export async function findState(location: LabLocation): Promise<LabState | undefined> {
  return await readJson<LabState>(labPaths(location).state);
}

export async function readState(location: LabLocation): Promise<LabState> {
  const state = await findState(location);
  return state ?? fail('LAB_NOT_UP', { details: { name: location.name, directory: location.directory } });
}

export function nodeOf(state: LabState, name: string): LabNode {
  const node = state.nodes.find((candidate) => candidate.name === name);
  if (node) return node;
  const nodes = state.nodes.map((candidate) => candidate.name).join(', ');
  return fail('LAB_NODE_UNKNOWN', { details: { name: state.name, node: name, nodes } });
}
