import {
  type Change,
  type Resource,
  type ResourceOptions,
  resource,
  type ShellKind,
} from '../engine/resource.ts';
import { startScript, stopScript } from './serviceScript.ts';
import { quote, quoteAll, STATE_DIRECTORY } from './shell.ts';

export interface ServiceDesired {
  /** With its suffix: `nova-api.service`. */
  readonly unit: string;
  readonly enabled: boolean;
  readonly running: boolean;
  readonly masked: boolean;
  /** Reload in place of restart where the unit can. */
  readonly reload: boolean;
  /** Something is watched, so the stamp counts. */
  readonly watching: boolean;
  readonly restartLimitSeconds: number;
}

export interface ServiceState {
  /** `loaded`, `not-found`, `masked`; `unknown` where systemd did not answer. */
  readonly load: string;
  readonly active: string;
  readonly sub: string;
  /** UnitFileState: `enabled`, `disabled`, `static`, `masked` … */
  readonly file: string;
  readonly type: string;
  /** (Re)started since the last change of anything it watches. */
  readonly stamp: boolean;
}

const STARTED = `${STATE_DIRECTORY}/started`;
const PROPERTIES = 'Id,LoadState,ActiveState,SubState,UnitFileState,Type';
/** States of a unit file from which the unit comes up by itself or which can't be enabled at all. */
const COMES_UP = ['enabled', 'enabled-runtime', 'static', 'alias', 'indirect', 'generated', 'transient'];

export const stampOf = (unit: string): string => `${STARTED}/${unit}`;

export const serviceKind: ShellKind<ServiceDesired, ServiceState> = {
  via: 'shell',
  name: 'service',
  // A start may take long; those of several services go side by side.
  batch: false,

  read: (items) =>
    [
      `systemctl show -p ${PROPERTIES} --no-pager -- ${quoteAll(items.map((item) => item.unit))} 2>/dev/null`,
      `for stamp in ${STARTED}/*; do [ -e "$stamp" ] && printf '\\nStamp=%s\\n' "\${stamp##*/}"; done`,
      ':',
    ].join('\n'),

  parse(output, items) {
    const stamps = new Set<string>();
    const units: Map<string, string>[] = [];
    for (const block of output.split(/\n{2,}/)) {
      const properties = new Map<string, string>();
      for (const line of block.split('\n')) {
        const at = line.indexOf('=');
        if (at > 0) properties.set(line.slice(0, at), line.slice(at + 1));
      }
      const stamp = properties.get('Stamp');
      if (stamp !== undefined) stamps.add(stamp);
      else if (properties.has('LoadState')) units.push(properties);
    }
    // systemctl answers in the order asked; an alias answers under its own Id, so names are of no use here.
    return items.map((item, index) => {
      const unit = units.length === items.length ? units[index] : undefined;
      return {
        load: unit?.get('LoadState') ?? 'unknown',
        active: unit?.get('ActiveState') ?? 'unknown',
        sub: unit?.get('SubState') ?? '',
        file: unit?.get('UnitFileState') ?? '',
        type: unit?.get('Type') ?? '',
        stamp: stamps.has(item.unit),
      };
    });
  },

  compare(desired, state, { touched }): Change | undefined {
    return desired.running ? compareRunning(desired, state, touched) : compareStopped(desired, state);
  },

  beforeWatched: (desired) => `rm -f ${quote(stampOf(desired.unit))}`,
};

function compareRunning(desired: ServiceDesired, state: ServiceState, touched: boolean): Change | undefined {
  // A oneshot unit that has done its work without RemainAfterExit is at rest, not failed.
  const done = state.type === 'oneshot' && state.active === 'inactive' && state.stamp;
  const running = state.active === 'active' || state.active === 'reloading' || done;
  const behind = touched || (desired.watching && !state.stamp);
  const enable = desired.enabled && !COMES_UP.includes(state.file);
  const disable = !desired.enabled && state.file === 'enabled';
  // NeedDaemonReload is no reason: it comes and goes while another step enables a unit, and the script asks for it
  // before it starts anything. Drop-ins of ours are files that the service watches.
  if (running && !behind && !enable && !disable) return undefined;
  const act = running && !behind ? 'none' : running || behind ? 'restart' : 'start';
  const verb = act === 'restart' && desired.reload ? 'reload' : !running && act !== 'none' ? 'start' : act;
  const words = [
    ...(state.file === 'masked' ? ['unmask'] : []),
    ...(enable ? ['enable'] : []),
    ...(disable ? ['disable'] : []),
    ...(verb === 'none' ? [] : [verb]),
  ];
  return {
    summary: `${words.join(' and ')} ${desired.unit.replace(/\.service$/, '')}`,
    script: startScript(desired, {
      act,
      enable,
      disable,
      unmask: state.file === 'masked',
      stamp: stampOf(desired.unit),
    }),
    limitSeconds: desired.restartLimitSeconds + 60,
  };
}

function compareStopped(desired: ServiceDesired, state: ServiceState): Change | undefined {
  const stop = ['active', 'activating', 'reloading', 'deactivating'].includes(state.active);
  const disable = state.file === 'enabled' || state.file === 'enabled-runtime';
  const mask = desired.masked && state.file !== 'masked' && state.load !== 'masked';
  if (!stop && !disable && !mask) return undefined;
  const words = [...(stop ? ['stop'] : []), ...(disable ? ['disable'] : []), ...(mask ? ['mask'] : [])];
  return {
    summary: `${words.join(' and ')} ${desired.unit.replace(/\.service$/, '')}`,
    script: stopScript(desired, { disable, mask, stamp: stampOf(desired.unit) }),
    limitSeconds: desired.restartLimitSeconds + 30,
  };
}

export interface ServiceOptions extends ResourceOptions {
  /** Comes up at boot; as `running` unless told. */
  readonly enabled?: boolean;
  readonly running?: boolean;
  /** Only for one that does not run: it can't be started by anything. */
  readonly masked?: boolean;
  /** Seconds within which a start must succeed; 150 unless told. */
  readonly restartLimitSeconds?: number;
  readonly reload?: boolean;
}

/** A systemd unit: enabled and running unless told; restarted when anything it watches has changed. */
export function service(host: string, unit: string, options: ServiceOptions = {}): Resource {
  const running = options.running ?? !(options.masked ?? false);
  const desired: ServiceDesired = {
    unit: /\.(service|socket|timer|target|mount|path|slice)$/.test(unit) ? unit : `${unit}.service`,
    enabled: options.enabled ?? running,
    running,
    masked: options.masked ?? false,
    reload: options.reload ?? false,
    watching: (options.watches ?? []).length > 0,
    restartLimitSeconds: options.restartLimitSeconds ?? 150,
  };
  return resource(serviceKind, host, unit, desired, options);
}
