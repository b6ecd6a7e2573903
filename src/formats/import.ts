import { homedir } from 'node:os';
import { parseDescription } from '../cloud/read.ts';
import { type Problem, problem } from '../errors/problem.ts';
import { importBurrito } from './burrito/import.ts';
import { readSources } from './files.ts';
import type { ImportHints } from './hints.ts';
import { importKolla } from './kolla/import.ts';
import { importPackstack } from './packstack/import.ts';
import { type Format, recognise } from './recognise.ts';
import { type RenderedDraft, renderDraft, toOriginal } from './render.ts';
import type { ImportResult, SourceFile } from './result.ts';
import { importedProblems } from './validation.ts';

export interface ImportOptions {
  /** Given by the operator; recognised by content where left out. */
  readonly format?: Format;
  readonly hints?: ImportHints;
  /** Opens text encrypted by ansible-vault; throws where it cannot. Absent: vaults stay closed. */
  readonly decrypt?: (envelope: string, file: string) => string;
}

/** A finished import: the description's text, the account of every key, and whether the result validates. */
export interface Import {
  /** Absent where the files are of no known installer. */
  readonly result?: ImportResult;
  readonly rendered?: RenderedDraft;
  /** The description has no error. */
  readonly valid: boolean;
  /** Of reading, importing and validating, with places in the ORIGINAL files. */
  readonly problems: readonly Problem[];
}

type Importer = (files: readonly SourceFile[], options: ImportOptions) => ImportResult | readonly Problem[];

const importers: Readonly<Record<Format, Importer>> = {
  packstack: (files, { hints }) => {
    const answers = files.filter((file) => formatOf([file]) === 'packstack');
    const [file] = answers.length > 0 ? answers : files;
    if (answers.length > 1) {
      const names = answers.map((answer) => answer.path).join(', ');
      return [problem('IMPORT_PACKSTACK_SEVERAL', { details: { count: answers.length, files: names } })];
    }
    return importPackstack(file ?? { path: 'answers.txt', text: '' }, hints);
  },
  burrito: importBurrito,
  kolla: importKolla,
};

const HEADING =
  'Made by `cloudwright import`. Look through it, above all through what is marked as assumed, then:\n`cloudwright validate`, `cloudwright plan`, `cloudwright apply`.';

/** Reads files and folders, relative to `base`, and imports them. Never throws because of their content. */
export async function importFiles(
  paths: readonly string[],
  options: ImportOptions & { readonly base?: string } = {},
): Promise<Import> {
  const { files, problems } = await readSources(paths, options.base ?? process.cwd());
  if (problems.some((found) => found.severity === 'error')) return { valid: false, problems };
  const imported = importSources(files, options);
  return { ...imported, problems: [...problems, ...imported.problems] };
}

/** Recognises, imports and validates; pure but for the name of the home folder. */
export function importSources(files: readonly SourceFile[], options: ImportOptions = {}): Import {
  const format = options.format ?? formatOf(files);
  if (typeof format !== 'string') return { valid: false, problems: [format] };
  const result = importers[format](files, options);
  if (!('report' in result)) return { valid: false, problems: result };
  // Files without a single key describe no cloud.
  if (result.report.keys.length === 0) return { result, valid: false, problems: inOrder(result.problems) };
  const rendered = renderDraft(result.description, HEADING);
  // Without any host every further error would be about what hosts bring along.
  const { hosts } = result.description.tree;
  const empty = Object.keys(hosts ?? {}).length === 0;
  if (empty && result.problems.some((found) => found.severity === 'error')) {
    return { result, rendered, valid: false, problems: inOrder(result.problems) };
  }
  const read = parseDescription(rendered.text, { file: 'cloud.yaml', folder: '/', home: homedir() });
  const validation = read.problems.map((found) => toOriginal(found, rendered, result.description));
  const problems = inOrder([...result.problems, ...importedProblems(validation, result.problems)]);
  const valid = problems.every((found) => found.severity !== 'error');
  return { result, rendered, valid, problems };
}

/** In the order of the original files, the order in which an operator corrects them. */
function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const rank = ({ place }: Problem): readonly [string, number, number] =>
    place?.kind === 'file' ? [place.file, place.line, place.column] : ['', 0, 0];
  return problems.toSorted((a, b) => {
    const [fileA, lineA, columnA] = rank(a);
    const [fileB, lineB, columnB] = rank(b);
    if (fileA !== fileB) return fileA < fileB ? -1 : 1;
    return lineA - lineB || columnA - columnB;
  });
}

function formatOf(files: readonly SourceFile[]): Format | Problem {
  const found = recognise(files);
  if (found.kind === 'format') return found.format;
  if (found.kind === 'unknown') return unknownFormat(files);
  const names = found.found.map(({ format, file }) => `${format} (${file})`).join(', ');
  return problem('IMPORT_FORMAT_MIXED', { details: { found: names } });
}

function unknownFormat(files: readonly SourceFile[]): Problem {
  const names = files.slice(0, 5).map((file) => file.path);
  const looked =
    names.length === 0
      ? 'No file was found.'
      : `Looked at: ${names.join(', ')}${files.length > 5 ? ', …' : ''}.`;
  return problem('IMPORT_FORMAT_UNKNOWN', { details: { looked } });
}
