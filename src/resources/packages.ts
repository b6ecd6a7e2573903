import {
  type Change,
  type Resource,
  type ResourceOptions,
  resource,
  type ShellKind,
} from '../engine/resource.ts';
import { joinTexts, type Text } from '../secrets/confidential.ts';
import { APT_FAILED, LISTS_STAMP, REFRESH } from './apt.ts';
import { lines, quoteAll, subshell, withInput } from './shell.ts';

export interface PackagesDesired {
  readonly names: readonly string[];
  readonly recommends: boolean;
  /** Lines of debconf-set-selections(1). */
  readonly debconf: readonly Text[];
}

export interface PackagesState {
  /** Version of each package that is wholly installed. */
  readonly installed: ReadonlyMap<string, string>;
  /** A transaction that was cut left its ban on starting services behind. */
  readonly banLeft: boolean;
}

const POLICY = '/usr/sbin/policy-rc.d';
const POLICY_KEPT = '/usr/sbin/policy-rc.d.before-cloudwright';
const POLICY_MARK = '# cloudwright: no service starts within a package transaction; pid ';

/**
 * Services don't start while their packages are installed (invoke-rc.d asks policy-rc.d): they would start with the
 * distribution's settings, take ports and fill databases. The ban names its owner, so that the next run tells a
 * transaction under way from one that was cut.
 */
const BAN = `policy=${POLICY} kept=${POLICY_KEPT}
ours() { grep -qs '^${POLICY_MARK}' "$policy"; }
# Its number alone may have gone to another process since. Built-ins, as a bare host need not have pgrep.
under_way() {
  for comm in /proc/[0-9]*/comm; do
    { IFS= read -r name <"$comm"; } 2>/dev/null || continue
    case $name in apt-get|dpkg) return 0;; esac
  done
  return 1
}
lift() { if ours; then rm -f "$policy"; fi; if [ -e "$kept" ]; then mv -f "$kept" "$policy"; fi; }
if ours; then
  owner=$(sed -n 's/^${POLICY_MARK}//p' "$policy")
  waited=0
  # An earlier run was cut, but its transaction goes on: wait until its shell is gone.
  while [ -n "$owner" ] && [ "$owner" != $$ ] && [ -e "/proc/$owner" ] && under_way; do
    waited=$((waited + 1))
    if [ $waited -gt 600 ]; then echo 'an earlier package transaction is still under way after 600 s' >&2; exit ${APT_FAILED}; fi
    sleep 1
  done
fi
lift
trap 'lift; read_units' EXIT
trap 'exit 143' HUP INT TERM
if [ -e "$policy" ]; then mv -f "$policy" "$kept" || exit 1; fi
printf '#!/bin/sh\\n${POLICY_MARK}%s\\nexit 101\\n' $$ >"$policy.new" || exit 1
chmod 755 "$policy.new" && mv -f "$policy.new" "$policy" || exit 1`;

/**
 * Every package with a unit asks the manager to read all units anew, 0.7 s each time on a control host and forty times
 * in a deploy. Told that it is offline, systemctl leaves that out; it is done once at the end. A run that is killed
 * before leaves it to the start of each service, which reads units that the manager does not know.
 */
const UNITS_LATER = `export SYSTEMD_OFFLINE=1
read_units() {
  unset SYSTEMD_OFFLINE
  [ -d /run/systemd/system ] || return 0
  # A new systemd has to take over from the one that runs, as its own package would have had it.
  case $(dpkg-query -W -f '\${Version}' systemd 2>/dev/null) in
    "$(systemctl show -p Version --value 2>/dev/null)") systemctl daemon-reload;;
    *) systemctl daemon-reexec;;
  esac </dev/null
}`;

/** Finishes what a cut run left half unpacked; apt refuses any transaction before that. */
const MEND = `export DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true APT_LISTCHANGES_FRONTEND=none NEEDRESTART_SUSPEND=1
if [ -n "$(ls /var/lib/dpkg/updates 2>/dev/null)" ] || [ -n "$(dpkg --audit 2>/dev/null)" ]; then
  waited=0
  until dpkg --force-confdef --force-confold --configure -a </dev/null >"$apt_log" 2>&1; do
    # Another dpkg holds the lock: wait for it. Any other failure is left to apt, which says it better.
    grep -q 'locked by another process' "$apt_log" || break
    waited=$((waited + 1))
    if [ $waited -gt 60 ]; then apt_failed; fi
    sleep 1
  done
  apt-get -y -q -f -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=60 -o Dpkg::Options::=--force-confdef \\
    -o Dpkg::Options::=--force-confold install </dev/null >"$apt_log" 2>&1 || apt_failed
fi`;

/**
 * Lists are read anew when there are none, when a source is newer than they are, and when apt doesn't know a
 * package or can't fetch it. `--force-unsafe-io`: dpkg doesn't wait for the disk after each file. It keeps its
 * own database safe all the same; files lost to a power cut are mended by reinstalling the package.
 */
function install(names: readonly string[], recommends: boolean): string {
  return `fresh=
ref=${LISTS_STAMP}
[ -e "$ref" ] || ref=/var/lib/apt/lists
if ! ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1 ||
  [ -n "$(find /etc/apt/sources.list /etc/apt/sources.list.d -newer "$ref" 2>/dev/null | head -n 1)" ]; then
  refresh
  fresh=yes
fi
transaction() {
  apt-get -y -q ${recommends ? '--install-recommends' : '--no-install-recommends'} -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=60 \\
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-unsafe-io \\
    install ${quoteAll(names)} </dev/null >"$apt_log" 2>&1
}
if ! transaction; then
  [ -z "$fresh" ] && grep -qE 'Unable to locate package|no installation candidate|404 +Not Found' "$apt_log" || apt_failed
  refresh
  transaction || apt_failed
fi`;
}

export const packagesKind: ShellKind<PackagesDesired, PackagesState> = {
  via: 'shell',
  name: 'packages',
  // A transaction can take many minutes and has a limit of its own.
  batch: false,
  serial: true,

  read(items) {
    const names = [...new Set(items.flatMap((item) => item.names))];
    return [
      `dpkg-query -W -f '\${Package} \${db:Status-Status} \${db:Status-Eflag} \${Version}\\n' -- ${quoteAll(names)} 2>/dev/null`,
      // Built-ins alone in the usual case, in which there is no policy-rc.d.
      `if [ -e ${POLICY} ] && grep -qs '^${POLICY_MARK}' ${POLICY}; then`,
      `  if [ -e "/proc/$(sed -n 's/^${POLICY_MARK}//p' ${POLICY})" ]; then :; else echo BAN-LEFT; fi`,
      'fi',
    ].join('\n');
  },

  parse(output, items) {
    const installed = new Map<string, string>();
    for (const line of output.split('\n')) {
      const [name, status, error, version] = line.split(' ');
      if (name && version && status === 'installed' && error === 'ok') installed.set(name, version);
    }
    const banLeft = /^BAN-LEFT$/m.test(output);
    return items.map(() => ({ installed, banLeft }));
  },

  compare(desired, state): Change | undefined {
    const missing = desired.names.filter((name) => !state.installed.has(name));
    if (missing.length === 0 && !state.banLeft) return undefined;
    const seeds = joinTexts([...desired.debconf, ''], '\n');
    const work: readonly Text[] =
      missing.length === 0
        ? []
        : [
            ...(desired.debconf.length > 0
              ? [withInput('debconf-set-selections', seeds, `|| exit ${APT_FAILED}`)]
              : []),
            install(missing, desired.recommends),
          ];
    return {
      summary:
        missing.length === 0 ? 'finish a package transaction that was cut' : `install ${listed(missing)}`,
      script: subshell(lines(REFRESH, UNITS_LATER, BAN, MEND, ...work, 'exit 0')),
      limitSeconds: 1800,
    };
  },
};

/** `a, b, c` up to five names, then `a, b, c and 309 more packages`. */
function listed(names: readonly string[]): string {
  if (names.length <= 5) return names.join(', ');
  return `${names.slice(0, 3).join(', ')} and ${names.length - 3} more packages`;
}

export interface PackagesOptions extends ResourceOptions {
  /** Recommended packages too; no unless told. */
  readonly recommends?: boolean;
  /** Answers to packages' questions, before they ask: `package question type value`. */
  readonly debconf?: readonly Text[];
}

/** A set of packages, installed in one transaction, in which no service starts. */
export function packages(
  host: string,
  name: string,
  names: readonly string[],
  options: PackagesOptions = {},
): Resource {
  const desired: PackagesDesired = {
    names,
    recommends: options.recommends ?? false,
    debconf: options.debconf ?? [],
  };
  return resource(packagesKind, host, name, desired, options);
}
