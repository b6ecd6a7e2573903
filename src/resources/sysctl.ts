import {
  type Change,
  type Resource,
  type ResourceOptions,
  resource,
  type ShellKind,
} from '../engine/resource.ts';
import { MANAGED } from './ini.ts';
import { fileNameFor, lines, quote, quoteAll, subshell, writeFile } from './shell.ts';

export interface SysctlDesired {
  /** As sysctl.d(5): `net.ipv4.ip_forward`, or with slashes where a part holds a dot. */
  readonly key: string;
  readonly value: string;
}

export interface SysctlState {
  readonly running?: string;
  /** First line of our drop-in file. */
  readonly kept?: string;
}

const dropIn = (key: string): string =>
  `/etc/sysctl.d/60-cloudwright-${fileNameFor(key.replaceAll('/', '-'))}.conf`;

function procPath(key: string): string {
  const first = /[./]/.exec(key)?.[0];
  if (first !== '.') return `/proc/sys/${key}`;
  // With dots as separators, a slash stands for a dot within a part (sysctl.d(5)).
  return `/proc/sys/${key.replace(/[./]/g, (c) => (c === '.' ? '/' : '.'))}`;
}

const plain = (value: string | undefined): string | undefined => value?.trim().replace(/\s+/g, ' ');

const settingOf = (desired: SysctlDesired): string => `${desired.key} = ${desired.value}`;

export const sysctlKind: ShellKind<SysctlDesired, SysctlState> = {
  via: 'shell',
  name: 'sysctl',
  batch: true,
  // Not the shell's own `read`: it takes single bytes, and most of /proc/sys answers only the first of them.
  read: (items) =>
    `grep -sHm1 '' -- ${quoteAll(items.flatMap((item) => [procPath(item.key), dropIn(item.key)]))} || :`,
  parse(output, items) {
    const answers = new Map<string, string>();
    for (const line of output.split('\n')) {
      const at = line.indexOf(':');
      if (at > 0) answers.set(line.slice(0, at), line.slice(at + 1));
    }
    return items.map((item) => {
      const running = plain(answers.get(procPath(item.key)));
      const kept = plain(answers.get(dropIn(item.key)));
      return { ...(running !== undefined && { running }), ...(kept !== undefined && { kept }) };
    });
  },
  compare(desired, state): Change | undefined {
    const running = state.running === plain(desired.value);
    const kept = state.kept === plain(settingOf(desired));
    if (running && kept) return undefined;
    const path = procPath(desired.key);
    const set = [
      // A sysctl of a module that is not loaded yet is set by the drop-in once it is.
      `if [ ! -e ${quote(path)} ]; then echo ${quote(`this kernel has no ${desired.key}`)} >&2; exit 1; fi`,
      `if ! { printf '%s\\n' ${quote(desired.value)} >${quote(path)}; } 2>/dev/null; then`,
      `  echo ${quote(`${desired.key} can't be set to ${desired.value} here: the kernel refuses it, or it is read-only, as in a container; set it on the machine that runs the container`)} >&2`,
      '  exit 1',
      'fi',
    ];
    return {
      summary: `set ${settingOf(desired)}${running ? ' for the next start' : ''}`,
      ...(!running &&
        state.running !== undefined && {
          difference: `-${desired.key} = ${state.running}\n+${settingOf(desired)}`,
        }),
      script: subshell(
        // The running kernel first: a setting that it refuses must not be kept either.
        ...(running ? [] : set),
        lines(
          writeFile(dropIn(desired.key), `${settingOf(desired)}\n# ${MANAGED}\n`, {
            owner: 'root',
            group: 'root',
            mode: '0644',
          }),
          '[ $? -eq 0 ] || exit 1',
        ),
        'exit 0',
      ),
      limitSeconds: 30,
    };
  },
};

/** A kernel setting, now and after every start. */
export function sysctl(
  host: string,
  key: string,
  value: string | number,
  options: ResourceOptions = {},
): Resource {
  return resource(sysctlKind, host, key, { key, value: String(value) }, options);
}
