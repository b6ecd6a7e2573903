import {
  type Change,
  type Resource,
  type ResourceOptions,
  resource,
  type ShellKind,
} from '../engine/resource.ts';
import { quoteAll, STATE_DIRECTORY } from './shell.ts';
import { removeStamp, startUnitScript, stopUnitScript, type UnitVerb, unitName } from './unit.ts';

export interface ServiceDesired {
  /** With its suffix: `nova-api.service`. */
  readonly unit: string;
  readonly enabled: boolean;
  readonly running: boolean;
  /** Reload instead of restart where the unit can. */
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
/** States of a unit file with which the unit starts at boot, or which cannot be enabled at all. */
const COMES_UP = ['enabled', 'enabled-runtime', 'static', 'alias', 'indirect', 'generated', 'transient'];

type Activity = 'running' | 'starting' | 'stopped';

/**
 * What brings a unit up to date. `behind`: something it watches changed since it was started. A start that is under
 * way may have read the old files already.
 */
export function planOf(activity: Activity, behind: boolean, reload: boolean): UnitVerb {
  if (activity === 'stopped') return 'start';
  if (!behind) return activity === 'running' ? 'none' : 'start';
  return reload && activity === 'running' ? 'reload' : 'restart';
}

function activityOf(state: ServiceState): Activity {
  // A oneshot unit that has done its work without RemainAfterExit is at rest, not failed.
  if (state.type === 'oneshot' && state.active === 'inactive' && state.stamp) return 'running';
  if (state.active === 'active' || state.active === 'reloading') return 'running';
  return state.active === 'activating' ? 'starting' : 'stopped';
}

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

  beforeWatched: (desired) => removeStamp(desired.unit),

  removal: {
    keepsRunning: true,
    record: ({ unit }) => ({ unit }),
    absence: ({ unit = '' }) => ({ ...desiredService(unit, {}), enabled: false, running: false }),
  },
};

function compareRunning(desired: ServiceDesired, state: ServiceState, touched: boolean): Change | undefined {
  const behind = touched || (desired.watching && !state.stamp);
  const verb = planOf(activityOf(state), behind, desired.reload);
  const unmask = state.file === 'masked';
  const enable = desired.enabled && !COMES_UP.includes(state.file);
  const disable = !desired.enabled && state.file === 'enabled';
  // NeedDaemonReload is no reason: it comes and goes while another step enables a unit, and the script asks for it
  // before it starts anything. Drop-ins of ours are files that the service watches.
  if (verb === 'none' && !enable && !disable) return undefined;
  const words = [
    ...(unmask ? ['unmask'] : []),
    ...(enable ? ['enable'] : []),
    ...(disable ? ['disable'] : []),
    ...(verb === 'none' ? [] : [verb]),
  ];
  const limitSeconds = desired.restartLimitSeconds;
  return {
    summary: `${words.join(' and ')} ${desired.unit.replace(/\.service$/, '')}`,
    script: startUnitScript(desired.unit, {
      // What was stopped when it was read may have been started by its package since, with other settings.
      verb: verb === 'start' && behind ? 'restart' : verb,
      enable,
      disable,
      unmask,
      limitSeconds,
    }),
    limitSeconds: limitSeconds + 60,
    ...(verb !== 'restart' && { interrupts: false as const }),
  };
}

function compareStopped(desired: ServiceDesired, state: ServiceState): Change | undefined {
  const stop = ['active', 'activating', 'reloading', 'deactivating'].includes(state.active);
  const disable = state.file === 'enabled' || state.file === 'enabled-runtime';
  if (!stop && !disable) return undefined;
  const words = [...(stop ? ['stop'] : []), ...(disable ? ['disable'] : [])];
  return {
    summary: `${words.join(' and ')} ${desired.unit.replace(/\.service$/, '')}`,
    script: stopUnitScript(desired.unit, { disable, limitSeconds: desired.restartLimitSeconds }),
    limitSeconds: desired.restartLimitSeconds + 30,
  };
}

export interface ServiceOptions extends ResourceOptions {
  /** Starts at boot; by default the same as `running`. */
  readonly enabled?: boolean;
  /** True by default. */
  readonly running?: boolean;
  /** Seconds within which a start must succeed; 150 by default. */
  readonly restartLimitSeconds?: number;
  /** Reload instead of restart where the unit can; false by default. */
  readonly reload?: boolean;
}

function desiredService(unit: string, options: ServiceOptions): ServiceDesired {
  const running = options.running ?? true;
  return {
    unit: unitName(unit),
    enabled: options.enabled ?? running,
    running,
    reload: options.reload ?? false,
    watching: (options.watches ?? []).length > 0,
    restartLimitSeconds: options.restartLimitSeconds ?? 150,
  };
}

/** A systemd unit: by default enabled and running; restarted when anything it watches has changed. */
export function service(host: string, unit: string, options: ServiceOptions = {}): Resource {
  return resource(serviceKind, host, unit, desiredService(unit, options), options);
}
