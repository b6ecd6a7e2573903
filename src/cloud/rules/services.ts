import type { Problem } from '../../errors/problem.ts';
import { haLevels } from '../defaults.ts';
import { holderOnVirtualAddress } from '../ports.ts';
import { at, type RuleContext } from './rule.ts';

/** A service check ends before the next one starts. */
export function haTimings(context: RuleContext): readonly Problem[] {
  const ha = context.draft.sections.ha;
  if (!ha) return [];
  const interval = ha.interval ?? haLevels[ha.level].interval;
  const timeout = ha.timeout ?? haLevels[ha.level].timeout;
  if (timeout <= interval) return [];
  const field = ha.timeout === undefined ? 'interval' : 'timeout';
  return [at(context, ['ha', field], 'CLOUD_HA_TIMING', { timeout, interval })];
}

/** The dashboard has a port of its own. */
export function dashboardPort(context: RuleContext): readonly Problem[] {
  const port = context.draft.sections.dashboard?.port;
  const holder = port === undefined ? undefined : holderOnVirtualAddress(port);
  if (port === undefined || holder === undefined) return [];
  return [at(context, ['dashboard', 'port'], 'CLOUD_PORT_TAKEN', { port, service: holder.title })];
}
