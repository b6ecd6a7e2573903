import type { Problem } from '../../errors/problem.ts';
import { haLevels } from '../defaults.ts';
import { at, type RuleContext } from './rule.ts';

/** A service check ends before the next one starts (A5). */
export function haTimings(context: RuleContext): readonly Problem[] {
  const ha = context.draft.sections.ha;
  if (!ha) return [];
  const interval = ha.interval ?? haLevels[ha.level].interval;
  const timeout = ha.timeout ?? haLevels[ha.level].timeout;
  if (timeout <= interval) return [];
  const field = ha.timeout === undefined ? 'interval' : 'timeout';
  return [at(context, ['ha', field], 'CLOUD_HA_TIMING', { timeout, interval })];
}

/** Ports that haproxy or sshd already hold on the virtual address. */
const takenPorts: ReadonlyMap<number, string> = new Map([
  [22, 'ssh'],
  [80, 'the redirection of plain HTTP'],
  [3306, 'the database'],
  [5000, 'Keystone'],
  [5672, 'the message broker'],
  [6080, 'the console proxy'],
  [6641, 'the OVN northbound database'],
  [6642, 'the OVN southbound database'],
  [7480, 'the object store'],
  [8000, 'Heat'],
  [8004, 'Heat'],
  [8774, 'Nova'],
  [8775, 'the metadata service'],
  [8776, 'Cinder'],
  [8778, 'Placement'],
  [9292, 'Glance'],
  [9311, 'Barbican'],
  [9696, 'Neutron'],
  [11211, 'memcached'],
]);

/** The dashboard has a port of its own. */
export function dashboardPort(context: RuleContext): readonly Problem[] {
  const port = context.draft.sections.dashboard?.port;
  const service = port === undefined ? undefined : takenPorts.get(port);
  if (port === undefined || service === undefined) return [];
  return [at(context, ['dashboard', 'port'], 'CLOUD_PORT_TAKEN', { port, service })];
}
