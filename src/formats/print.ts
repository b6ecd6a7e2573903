import { countOutcomes, type ImportedKey, type ImportReport, type Outcome } from './report.ts';

const TITLES: Readonly<Record<Outcome, string>> = {
  suspicious: 'To look at: contradictory, trivial or unreadable',
  unsupported: 'Not supported yet',
  carried: 'Carried over',
  meaningless: 'No meaning here',
  default: 'Left out, as it is what Cloudwright does anyway',
};

/** What needs the operator's eye comes first. */
const ORDER: readonly Outcome[] = ['suspicious', 'unsupported', 'carried', 'meaningless', 'default'];

const FORMATS: Readonly<Record<ImportReport['format'], string>> = {
  packstack: 'Packstack',
  kolla: 'Kolla Ansible',
  burrito: 'Burrito',
};

export interface PrintedLine {
  /** `note` lines belong to the key above. */
  readonly kind: 'title' | 'key' | 'note' | 'count' | 'empty';
  readonly outcome?: Outcome;
  readonly text: string;
}

export interface PrintOptions {
  /** Also list keys whose outcome is `default`; they are only counted otherwise. */
  readonly all?: boolean;
  /** Cells in a line, for breaking notes. */
  readonly columns?: number;
}

/** The report for a terminal, without colours; the closing count adds up to every key that was read. */
export function reportLines(report: ImportReport, options: PrintOptions = {}): readonly PrintedLine[] {
  const count = countOutcomes(report);
  const lines: PrintedLine[] = [];
  const columns = Math.max(40, options.columns ?? 100);
  for (const outcome of ORDER) {
    const keys = report.keys.filter((key) => key.outcome === outcome);
    if (keys.length === 0 || (outcome === 'default' && !options.all)) continue;
    lines.push({ kind: 'title', outcome, text: `${TITLES[outcome]} (${keys.length})` });
    for (const group of together(keys)) {
      lines.push(...keyLines(group, outcome, report.files.length > 1, columns, options.all === true));
    }
    lines.push({ kind: 'empty', text: '' });
  }
  const parts = (['carried', 'default', 'meaningless', 'unsupported', 'suspicious'] as const)
    .map((outcome) => `${count[outcome]} ${outcome}`)
    .join(' + ');
  lines.push({
    kind: 'count',
    text: `${count.total} keys read from ${FORMATS[report.format]}: ${parts} = ${count.total}`,
  });
  return lines;
}

/** The same as a value for scripts. */
export function reportJson(report: ImportReport): Readonly<Record<string, unknown>> {
  const keys = report.keys.map(({ key, place, outcome, to, note }) => ({
    key,
    file: place.file,
    line: place.line,
    column: place.column,
    outcome,
    ...(to && { to }),
    ...(note && { note }),
  }));
  return { format: report.format, files: report.files, keys, count: countOutcomes(report) };
}

/** Consecutive keys with the same note are printed together: a backend that is off has twenty of them. */
function together(keys: readonly ImportedKey[]): readonly (readonly ImportedKey[])[] {
  const groups: ImportedKey[][] = [];
  for (const key of keys) {
    const last = groups.at(-1);
    const same = last?.[0] && key.note && last[0].note === key.note && !last[0].to && !key.to;
    if (same) last.push(key);
    else groups.push([key]);
  }
  return groups;
}

/** Longer runs of keys with one note are shown as their first and last key. */
const LONGEST_RUN = 4;

function keyLines(
  group: readonly ImportedKey[],
  outcome: Outcome,
  severalFiles: boolean,
  columns: number,
  all: boolean,
): readonly PrintedLine[] {
  const line = (key: ImportedKey, more = ''): PrintedLine => {
    const where = severalFiles ? `${key.place.file}:${key.place.line}` : String(key.place.line);
    const to = key.to ? ` → ${key.to}` : '';
    return { kind: 'key', outcome, text: `  ${where.padStart(5)}  ${printable(key.key)}${to}${more}` };
  };
  const [first, last] = [group[0], group.at(-1)];
  const short = !all && group.length > LONGEST_RUN && first && last;
  const lines = short
    ? [line(first, ` … ${printable(last.key)} (${group.length} keys)`)]
    : group.map((key) => line(key));
  const note = first?.note;
  if (note)
    for (const text of broken(printable(note), columns - 9))
      lines.push({ kind: 'note', text: `         ${text}` });
  return lines;
}

function broken(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function printable(text: string): string {
  const plain = text.replace(/[\0-\x1f\x7f-\x9f]/g, ' ');
  return plain.length > 400 ? `${plain.slice(0, 397)}…` : plain;
}
