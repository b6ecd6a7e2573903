import type { AnyKind } from '../engine/resource.ts';
import { firewallKind } from '../infrastructure/firewall/kind.ts';
import { openstackKinds } from '../resources/openstack/index.ts';
import { linkKind } from '../resources/paths.ts';

/**
 * Kinds that a description may stop to use altogether, because the only steps that have them are switched off. What an
 * earlier description made of them is still removed.
 */
export const removableKinds: readonly AnyKind[] = [...openstackKinds, firewallKind, linkKind];
