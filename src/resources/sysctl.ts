import {
  type Change,
  type Resource,
  type ResourceOptions,
  resource,
  type ShellKind,
} from '../engine/resource.ts';
import { MANAGED } from './ini.ts';
import { shellProgram } from './program.ts';
import { fileNameFor, quote, quoteAll, writeFileLibrary } from './shell.ts';
import sysctlScript from './sysctl.sh';

export interface SysctlDesired {
  /** As sysctl.d(5): `net.ipv4.ip_forward`, or with slashes where a part holds a dot. */
  readonly key: string;
  readonly value: string;
}

/** The setting is not ours any more. */
export interface NoSysctl {
  readonly key: string;
  readonly absent: true;
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
  // With dots as separators, a slash means a dot within a part (sysctl.d(5)).
  return `/proc/sys/${key.replace(/[./]/g, (c) => (c === '.' ? '/' : '.'))}`;
}

const plain = (value: string | undefined): string | undefined => value?.trim().replace(/\s+/g, ' ');

const settingOf = (desired: SysctlDesired): string => `${desired.key} = ${desired.value}`;

export const sysctlKind: ShellKind<SysctlDesired | NoSysctl, SysctlState> = {
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
    if ('absent' in desired) {
      if (state.kept === undefined) return undefined;
      return {
        summary: `remove the setting of ${desired.key} (the running value stays until the next start)`,
        script: `rm -f -- ${quote(dropIn(desired.key))}`,
        limitSeconds: 30,
      };
    }
    const running = state.running === plain(desired.value);
    const kept = state.kept === plain(settingOf(desired));
    if (running && kept) return undefined;
    return {
      summary: `set ${settingOf(desired)}${running ? ' for the next start' : ''}`,
      ...(!running &&
        state.running !== undefined && {
          difference: `-${desired.key} = ${state.running}\n+${settingOf(desired)}`,
        }),
      script: shellProgram([...writeFileLibrary, sysctlScript], {
        key: desired.key,
        value: desired.value,
        running,
        proc_path: procPath(desired.key),
        drop_in: dropIn(desired.key),
        content: `${settingOf(desired)}\n# ${MANAGED}\n`,
      }),
      limitSeconds: 30,
    };
  },
  removal: {
    record: ({ key }) => ({ key }),
    absence: ({ key = '' }) => ({ key, absent: true }),
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
