import type { NetworkName } from '../../cloud/cloud.ts';
import type { ImportHints } from '../hints.ts';
import type { ImportContext } from './context.ts';
import type { RoleHost } from './hosts.ts';

/** The range of a network that the operator told beside the files. */
export function hintedRange(hints: ImportHints | undefined, network: NetworkName): string | undefined {
  if (network === 'management') return hints?.managementCidr;
  if (network === 'overlay') return hints?.overlayCidr;
  if (network === 'service') return hints?.serviceCidr;
  return network === 'storage' ? hints?.storageCidr : undefined;
}

/** Puts what the operator told beside the files into the description; it stands above the files. */
export function applyHints(
  context: ImportContext,
  hosts: readonly RoleHost[],
  hints: ImportHints | undefined,
): void {
  if (!hints) return;
  const { draft } = context;
  if (hints.sshConfig) draft.set(['ssh', 'config'], hints.sshConfig);
  if (hints.vip) draft.set(['networks', 'management', 'vip'], hints.vip);
  for (const [network, name] of [
    ['management', hints.managementInterface],
    ['provider', hints.providerInterface],
    ['overlay', hints.overlayInterface],
  ] as const) {
    if (name) draft.set(['networks', network, 'interface'], name);
  }
  if (!hints.devices || hints.devices.length === 0) return;
  for (const host of hosts) {
    const path = ['hosts', host.name, 'devices'];
    const keeps = host.roles.includes('storage') || host.roles.includes('osd');
    if (keeps && draft.has(path.slice(0, 2)) && !draft.has(path)) draft.set(path, hints.devices);
  }
}
