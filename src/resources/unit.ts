import type { Text } from '../secrets/confidential.ts';
import { shellProgram } from './program.ts';
import { quote, STATE_DIRECTORY } from './shell.ts';
import unitFunctions from './unit.sh';
import unitStart from './unitStart.sh';
import unitStop from './unitStop.sh';

/** Says that the unit was started after the last change of anything it watches. */
export const stampOf = (unit: string): string => `${STATE_DIRECTORY}/started/${unit}`;

/** Shell that removes the stamp: for a change after which the unit has to be restarted. */
export function removeStamp(unit: string): string {
  return `rm -f ${quote(stampOf(unitName(unit)))}`;
}

/** With its suffix: `nova-api.service`. */
export function unitName(unit: string): string {
  return /\.(service|socket|timer|target|mount|path|slice)$/.test(unit) ? unit : `${unit}.service`;
}

export type UnitVerb = 'none' | 'start' | 'restart' | 'reload';

export interface StartUnitOptions {
  /** `start` by default. `reload` restarts a unit that cannot be reloaded; `none` only enables or disables. */
  readonly verb?: UnitVerb;
  readonly enable?: boolean;
  readonly disable?: boolean;
  readonly unmask?: boolean;
  /** Seconds within which the start must succeed; 150 by default. */
  readonly limitSeconds?: number;
  /** Starts the unit in place of systemctl, as `galera_new_cluster` does for MariaDB. */
  readonly command?: readonly string[];
}

/**
 * Starts a unit, waits until it is active and leaves the stamp that the `service` resource of this unit looks at.
 * Exits with SERVICE_NOT_STARTED or UNIT_NOT_INSTALLED, and what an operator needs to see on standard error.
 */
export function startUnitScript(unit: string, options: StartUnitOptions = {}): Text {
  const name = unitName(unit);
  return shellProgram(
    [unitFunctions, unitStart],
    {
      unit: name,
      stamp: stampOf(name),
      verb: options.verb ?? 'start',
      enable: options.enable ?? false,
      disable: options.disable ?? false,
      unmask: options.unmask ?? false,
      limit_seconds: options.limitSeconds ?? 150,
      settle_seconds: 30,
    },
    options.command ?? [],
  );
}

/** Stops a unit and removes its stamp; one that is not installed counts as stopped. */
export function stopUnitScript(
  unit: string,
  options: { readonly disable?: boolean; readonly limitSeconds?: number } = {},
): Text {
  const name = unitName(unit);
  return shellProgram([unitFunctions, unitStop], {
    unit: name,
    stamp: stampOf(name),
    disable: options.disable ?? false,
    limit_seconds: options.limitSeconds ?? 150,
  });
}
