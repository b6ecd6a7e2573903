import type { Problem } from '../../errors/problem.ts';
import { at, type RuleContext, warning } from './rule.ts';

/** Without a filter the hosts are open to instances. */
export function firewallOff(context: RuleContext): readonly Problem[] {
  if (context.draft.sections.firewall?.enabled !== false) return [];
  return [warning(at(context, ['firewall', 'enabled'], 'CLOUD_FIREWALL_OFF'))];
}

/** What is allowed comes in through a network that is there. */
export function allowedThrough(context: RuleContext): readonly Problem[] {
  const { sections, networks } = context.draft;
  return (sections.firewall?.allow ?? []).flatMap(({ network }, index) => {
    if (network === 'any' || network in networks) return [];
    return [at(context, ['firewall', 'allow', index, 'network'], 'CLOUD_FIREWALL_NETWORK', { network })];
  });
}

/** A range of ports is one. */
export function allowedPorts(context: RuleContext): readonly Problem[] {
  return (context.draft.sections.firewall?.allow ?? []).flatMap(({ ports }, index) =>
    ports.flatMap((port, position) => {
      if (typeof port === 'number') return [];
      const [first = 0, last = 0] = port.split('-').map(Number);
      if (first >= 1 && first < last && last <= 65_535) return [];
      return [
        at(context, ['firewall', 'allow', index, 'ports', position], 'CLOUD_FIREWALL_PORTS', { ports: port }),
      ];
    }),
  );
}
