import type { Host } from '../cloud/cloud.ts';
import type { ShellResult } from '../hosts/connection.ts';

export type Topic =
  | 'hosts'
  | 'listeners'
  | 'firewall'
  | 'files'
  | 'certificates'
  | 'accounts'
  | 'packages'
  | 'reach';

/** One answer of an audit. */
export interface Verdict {
  readonly topic: Topic;
  readonly state: 'pass' | 'warning' | 'fail';
  /** A host's name, `cloud` for the vault, `outside` for the place of the acceptance test. */
  readonly where: string;
  readonly what: string;
  /** What to do next; with every `warning` and `fail`. */
  readonly next?: string;
}

/** A read-only look at one host. */
export interface Inspection {
  readonly topic: Topic;
  /** What holds where nothing is found: `every listening socket is described`. */
  readonly title: string;
  readonly host: string;
  /** Takes seconds, or needs what only the operator asks for; `verify` leaves it out. */
  readonly thorough?: true;
  readonly script: string;
  readonly limitSeconds: number;
  judge(result: ShellResult): readonly Verdict[];
}

export type Found = Omit<Verdict, 'topic' | 'where'>;

/** The last line that the script of an inspection prints: without it the answer is cut, and proves nothing. */
export const END = 'end';

export interface Judgement {
  readonly topic: Topic;
  readonly title: string;
  readonly host: Host;
  readonly thorough?: true;
  readonly script: string;
  readonly limitSeconds?: number;
  /** What is wrong in the lines before the last one, and the sentence for when nothing is. */
  readonly find: (lines: readonly string[]) => { readonly found: readonly Found[]; readonly else: string };
}

/** An inspection that fails where its script does not come to its end, and passes where nothing was found. */
export function inspection({
  topic,
  title,
  host,
  thorough,
  script,
  limitSeconds = 30,
  find,
}: Judgement): Inspection {
  const at = { topic, where: host.name } as const;
  return {
    topic,
    title,
    host: host.name,
    ...(thorough && { thorough }),
    script,
    limitSeconds,
    judge({ stdout, stderr }) {
      const lines = stdout.trimEnd().split('\n');
      if (lines.pop() !== END) {
        const reason = stderr.trim().split('\n').at(-1);
        return [
          {
            ...at,
            state: 'fail',
            what: `could not be read${reason ? `: ${reason}` : ''}`,
            next: 'Run cloudwright verify, which says what is wrong with the host.',
          },
        ];
      }
      const { found, else: otherwise } = find(lines);
      const judged = found.length > 0 ? found : [{ state: 'pass' as const, what: otherwise }];
      return judged.map((one) => ({ ...at, ...one }));
    },
  };
}

/** The exit code of an audit: 1 where something fails. */
export function exitCodeOf(verdicts: readonly Verdict[]): 0 | 1 {
  return verdicts.some(({ state }) => state === 'fail') ? 1 : 0;
}
