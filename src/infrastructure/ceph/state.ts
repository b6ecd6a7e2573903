import { fieldsOf, jsonOf, objectOf, type ServiceState, serviceStateOf } from '../members.ts';

export interface MonitorStatus {
  readonly fsid: string;
  /** `leader`, `peon`, `probing`, `electing`, `synchronizing`. */
  readonly state: string;
  /** 0 until the monitors have been in a quorum for the first time. */
  readonly epoch: number;
  /** The names of the monitors in the cluster's map. */
  readonly monitors: readonly string[];
  /** The names of those in the quorum, as this monitor last knew. */
  readonly quorum: readonly string[];
}

export interface MonitorState {
  readonly complete: boolean;
  readonly installed: boolean;
  readonly service: ServiceState;
  readonly store: 'none' | 'incomplete' | 'present';
  /** Undefined where the monitor does not run or does not answer. */
  readonly status: MonitorStatus | undefined;
}

export function parseMonitorState(output: string): MonitorState {
  const fields = fieldsOf(output);
  const store = fields.get('store');
  return {
    complete: fields.get('end') === 'yes',
    installed: fields.get('installed') === 'yes',
    service: serviceStateOf(fields.get('ActiveState'), fields.get('SubState')),
    store: store === 'present' || store === 'incomplete' ? store : 'none',
    status: statusOf(fields.get('answer')),
  };
}

function statusOf(answer: string | undefined): MonitorStatus | undefined {
  const status = answer === undefined ? undefined : objectOf(jsonOf(answer));
  const map = objectOf(status?.monmap);
  if (typeof status?.state !== 'string' || typeof map?.fsid !== 'string') return undefined;
  const monitors = (Array.isArray(map.mons) ? map.mons : []).flatMap((monitor) => {
    const { name, rank } = objectOf(monitor) ?? {};
    return typeof name === 'string' ? [{ name, rank }] : [];
  });
  const ranks = new Set<unknown>(Array.isArray(status.quorum) ? status.quorum : []);
  return {
    fsid: map.fsid,
    state: status.state,
    epoch: typeof map.epoch === 'number' ? map.epoch : 0,
    monitors: monitors.map(({ name }) => name),
    quorum: monitors.filter(({ rank }) => ranks.has(rank)).map(({ name }) => name),
  };
}
