import type { ClusterKind } from '../../engine/resource.ts';
import { shellProgram } from '../../resources/program.ts';
import { decideMonitors } from './decide.ts';
import { type MonitorDesired, storeOf, unitOf } from './desired.ts';
import stateScript from './state.sh';
import { type MonitorState, parseMonitorState } from './state.ts';

export const monitorKind: ClusterKind<MonitorDesired, MonitorState> = {
  via: 'cluster',
  name: 'ceph-monitors',
  read: (desired, member) =>
    shellProgram(stateScript, {
      unit: unitOf(desired, member),
      data: storeOf(desired, member),
      socket: `${desired.platform.sockets}/ceph-mon.${member}.asok`,
    }),
  parse: parseMonitorState,
  decide: decideMonitors,
};
