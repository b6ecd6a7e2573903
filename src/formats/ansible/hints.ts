import type { NetworkName } from '../../cloud/cloud.ts';
import { nearest } from '../../errors/suggest.ts';
import type { ImportHints } from '../hints.ts';
import type { ImportContext } from './context.ts';
import type { RoleHost } from './hosts.ts';

/** The range of a network that the operator gave as an option. */
export function hintedRange(hints: ImportHints | undefined, network: NetworkName): string | undefined {
  if (network === 'management') return hints?.managementCidr;
  if (network === 'overlay') return hints?.overlayCidr;
  if (network === 'service') return hints?.serviceCidr;
  return network === 'storage' ? hints?.storageCidr : undefined;
}

/** The address that was given with `--address` for a host, by its name in the files or in the description. */
export function hintedAddress(
  hints: ImportHints | undefined,
  host: { readonly name: string; readonly host: { readonly name: string } },
): string | undefined {
  return hints?.addresses?.[host.host.name] ?? hints?.addresses?.[host.name];
}

/** Puts the options of the operator into the description; they have precedence over the files. */
export function applyHints(
  context: ImportContext,
  hosts: readonly RoleHost[],
  hints: ImportHints | undefined,
): void {
  if (!hints) return;
  const { draft } = context;
  const given = (path: readonly string[], value: string, option: string): void => {
    draft.uncomment(path).set(path, value, { comment: `Given with ${option}.` });
  };
  if (hints.sshConfig) draft.set(['ssh', 'config'], hints.sshConfig);
  if (hints.vip) given(['networks', 'management', 'vip'], hints.vip, '--vip');
  for (const [network, name] of [
    ['management', hints.managementInterface],
    ['provider', hints.providerInterface],
    ['overlay', hints.overlayInterface],
  ] as const) {
    if (name) given(['networks', network, 'interface'], name, `--${network}-interface`);
  }
  const known = new Set(hosts.flatMap((host) => [host.name, host.host.name]));
  for (const host of hosts.length > 0 ? Object.keys(hints.addresses ?? {}) : []) {
    if (!known.has(host))
      context.report(
        'IMPORT_OPTION_HOST',
        undefined,
        { option: '--address', host },
        nearest(host, [...known]),
      );
  }
  if (!hints.devices || hints.devices.length === 0) return;
  for (const host of hosts) {
    const path = ['hosts', host.name, 'devices'];
    const roles = draft.get(['hosts', host.name, 'roles']);
    const keeps = Array.isArray(roles) && (roles.includes('storage') || roles.includes('osd'));
    if (keeps) draft.set(path, hints.devices);
  }
}
