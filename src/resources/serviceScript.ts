import type { Text } from '../secrets/confidential.ts';
import { quote, STATE_DIRECTORY, subshell, touch } from './shell.ts';

/** Exit code of a script whose unit did not come up; its status and last log lines are on stderr. */
export const SERVICE_FAILED = 97;

interface Unit {
  readonly unit: string;
  readonly reload: boolean;
  readonly restartLimitSeconds: number;
}

/** Shell function `give_up`: what a person would look at first, on stderr. */
function giveUp(unit: string): string {
  const name = unit.replace(/\.[a-z]+$/, '');
  const log = quote(`/var/log/${name.split(/[-@]/)[0] ?? name}`);
  return `unit=${quote(unit)}
give_up() {
  systemctl status --no-pager --full --lines=0 -- "$unit" >&2 </dev/null
  lines=$(journalctl --unit="$unit" --lines=25 --no-pager --quiet --output=short-iso 2>/dev/null </dev/null)
  if [ -n "$lines" ]; then printf '%s\\n' "$lines" >&2; fi
  # OpenStack's services write files of their own; the journal then has systemd's lines alone.
  if [ -z "$lines" ] || ! printf '%s\\n' "$lines" | grep -qv ' systemd\\['; then
    newest=$(ls -t /var/log/${quote(name)}/*.log ${log}/${quote(name)}.log ${log}/*.log 2>/dev/null | head -n 1)
    if [ -f ${log}/${quote(name)}.log ]; then newest=${log}/${quote(name)}.log; fi
    if [ -n "$newest" ]; then echo "last lines of $newest:" >&2; tail -n 15 -- "$newest" >&2; fi
  fi
  exit ${SERVICE_FAILED}
}`;
}

/**
 * Waits until the unit is active. systemctl returns once a notify or forking service says it is ready, but for a
 * simple one as soon as it is forked: such a unit must still be up, with the same main process, a second later.
 */
function settle(limitSeconds: number): string {
  return `show() { systemctl show -p "$1" --value -- "$unit" 2>/dev/null </dev/null; }
type=$(show Type) first=$(show MainPID) steady=0 waited=0
while :; do
  state=$(show ActiveState)
  case $state in
    failed) give_up;;
    inactive) [ "$type" = oneshot ] && break; give_up;;
    active)
      case $type in simple|exec) ;; *) break;; esac
      now=$(show MainPID)
      if [ "$now" = "$first" ] && [ "$now" != 0 ]; then steady=$((steady + 1)); else first=$now steady=0; fi
      if [ $steady -ge 6 ]; then break; fi;;
  esac
  waited=$((waited + 1))
  if [ $waited -gt ${limitSeconds * 5} ]; then echo "$unit is not active after ${limitSeconds} s (state: $state)" >&2; give_up; fi
  sleep 0.2
done`;
}

/**
 * Lets the manager read the unit's files where it has not seen them as they are. That takes most of a second on a
 * control host and serves all units, so of the services that start side by side one does it, while the others wait.
 */
const READ_UNIT_FILES = `mkdir -p ${STATE_DIRECTORY} && (
  flock 9 2>/dev/null || :
  if [ "$(systemctl show -p NeedDaemonReload --value -- "$unit" </dev/null)" = yes ] || [ "$(systemctl show -p LoadState --value -- "$unit" </dev/null)" = not-found ]; then
    systemctl daemon-reload </dev/null || exit 1
  fi
) 9>>${quote(`${STATE_DIRECTORY}/reading-units`)} || exit 1`;

/** Brings a unit up and leaves its stamp. */
export function startScript(
  unit: Unit,
  plan: {
    readonly act: 'none' | 'start' | 'restart';
    readonly enable: boolean;
    readonly disable: boolean;
    readonly unmask: boolean;
    readonly stamp: string;
  },
): Text {
  const verb = plan.act === 'restart' ? (unit.reload ? 'reload-or-restart' : 'restart') : 'start';
  const limit = unit.restartLimitSeconds;
  const body = [
    giveUp(unit.unit),
    ...(plan.unmask ? ['systemctl unmask --quiet -- "$unit" </dev/null || exit 1'] : []),
    // Asked here, not in the plan: drop-ins of the same run are written after the plan was made.
    READ_UNIT_FILES,
    ...(plan.enable ? ['systemctl enable --quiet -- "$unit" </dev/null || give_up'] : []),
    ...(plan.disable ? ['systemctl disable --quiet -- "$unit" </dev/null || exit 1'] : []),
  ];
  if (plan.act !== 'none') {
    body.push(
      // A unit that failed several times in a row may otherwise not be started again.
      'systemctl reset-failed -- "$unit" 2>/dev/null </dev/null',
      `timeout ${limit} systemctl ${verb} -- "$unit" </dev/null`,
      `if [ $? -ne 0 ]; then give_up; fi`,
      settle(30),
      // Enabling a unit that also has a SysV script, and steps side by side that do the same, leave the manager with
      // an older look at the unit's files than the one it was started from.
      READ_UNIT_FILES,
      touch(plan.stamp),
    );
  }
  return subshell(...body, 'exit 0');
}

/** Takes a unit down for good. */
export function stopScript(
  unit: Unit,
  plan: { readonly disable: boolean; readonly mask: boolean; readonly stamp: string },
): Text {
  return subshell(
    giveUp(unit.unit),
    `rm -f ${quote(plan.stamp)}`,
    `timeout ${unit.restartLimitSeconds} systemctl stop -- "$unit" </dev/null`,
    'code=$?',
    // 5: no such unit, which is as good as stopped.
    'if [ $code -ne 0 ] && [ $code -ne 5 ]; then give_up; fi',
    ...(plan.disable ? ['systemctl disable --quiet -- "$unit" </dev/null || exit 1'] : []),
    ...(plan.mask ? ['systemctl mask --quiet -- "$unit" </dev/null || exit 1'] : []),
    'systemctl reset-failed -- "$unit" 2>/dev/null </dev/null',
    'exit 0',
  );
}
