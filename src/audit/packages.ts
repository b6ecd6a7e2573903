import type { Host } from '../cloud/cloud.ts';
import type { Platform } from '../platform/platform.ts';
import { shellProgram } from '../resources/program.ts';
import { plain } from '../secrets/confidential.ts';
import { type Found, type Inspection, inspection } from './verdict.ts';

/** Days after which lists say too little about updates. */
const OLD = 7;
const SECONDS_A_DAY = 86_400;
/** Names in one sentence. */
const SHOWN = 8;

/** Packages are signed, come from a source of the host, and lack no security update that the host's lists know. */
export function packagesInspection(host: Host, { packageManager }: Platform, now: () => Date): Inspection {
  return inspection({
    topic: 'packages',
    title: 'packages are signed and have the security updates',
    host,
    thorough: true,
    script: plain(shellProgram([packageManager.origins])),
    limitSeconds: 120,
    find(lines) {
      const of = (kind: string): readonly string[] =>
        lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1));
      const count = Number(of('packages')[0] ?? 0);
      const read = Number(of('lists')[0] ?? 0);
      const days = Math.max(0, Math.floor((now().getTime() / 1000 - read) / SECONDS_A_DAY));
      return {
        found: [
          ...(count === 0 ? [nothing] : []),
          ...ageFaults(read, days, lines.includes('security')),
          ...of('unsigned').map(unsigned),
          ...updates(of('update')),
          ...several(
            of('foreign'),
            'no source of the host has',
            'Remove them, or add the source that they came from.',
          ),
          ...several(
            of('superseded'),
            'the sources have other versions of',
            'Upgrade them: the sources have no updates for what is installed.',
          ),
        ],
        else: `${count} packages, all from signed sources and without a pending security update, by lists ${age(days)}`,
      };
    },
  });
}

const nothing: Found = {
  state: 'fail',
  what: 'the package manager shows no installed package',
  next: 'Run cloudwright verify packages.',
};

const age = (days: number): string =>
  days === 0 ? 'of today' : `of ${days} ${days === 1 ? 'day' : 'days'} ago`;

function ageFaults(read: number, days: number, security: boolean): readonly Found[] {
  const refresh = 'Let the package manager read its sources again, then repeat the audit.';
  if (read === 0)
    return [{ state: 'warning', what: 'there are no package lists: updates are not known', next: refresh }];
  const found: Found[] = [];
  if (days >= OLD)
    found.push({ state: 'warning', what: `the package lists are ${age(days)}`, next: refresh });
  if (!security)
    found.push({
      state: 'warning',
      what: 'no source has security updates',
      next: 'Add the distribution’s security updates to the sources, in the description under packages.security_mirror.',
    });
  return found;
}

function unsigned(what: string): Found {
  return {
    state: 'fail',
    what: `packages are taken without a signature: ${what}`,
    next: 'Remove the option or the source, and name the key of the source with signed-by.',
  };
}

function updates(lines: readonly string[]): readonly Found[] {
  const words = lines.map((line) => {
    const [name = '', installed = '', newer = ''] = line.split(' ');
    return `${name} ${installed} -> ${newer}`;
  });
  if (words.length === 0) return [];
  return [
    {
      state: 'warning',
      what: `security updates are pending: ${some(words)}`,
      next: 'Install the security updates on one host after another, and restart what uses them.',
    },
  ];
}

function several(lines: readonly string[], what: string, next: string): readonly Found[] {
  return lines.length === 0 ? [] : [{ state: 'warning', what: `${what} ${some(lines)}`, next }];
}

function some(words: readonly string[]): string {
  const rest = words.length - SHOWN;
  return `${words.slice(0, SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
