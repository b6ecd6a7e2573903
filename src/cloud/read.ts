import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { type Problem, problem } from '../errors/problem.ts';
import { type BuildPlace, buildCloud, type DescribedCloud, deepFreeze } from './build.ts';
import type { NetworkName } from './cloud.ts';
import { type DescriptionDocument, type Path, readDocument, SECRET_KEY } from './document.ts';
import { isMap, makeDraft } from './draft.ts';
import { expandHosts } from './expand.ts';
import { schemaProblems, showPath } from './issues.ts';
import { takePrototypeKeys } from './prototypeKeys.ts';
import { rules } from './rules/index.ts';
import { descriptionSchema } from './schema.ts';
import { type ConfigurationTables, configurationTables, type TablesOfRelease } from './services.ts';

export interface DerivedAddress {
  readonly host: string;
  readonly network: NetworkName;
  readonly address: string;
}

/** What reading a description gave: the cloud if there is no error, and everything that was found. */
export interface ReadResult {
  readonly cloud?: DescribedCloud;
  /** Errors and warnings in the order of the file. */
  readonly problems: readonly Problem[];
  /** Addresses not in the file, taken from the host part of the management address; stated by `validate`. */
  readonly derived: readonly DerivedAddress[];
}

export interface ParsePlace extends BuildPlace {
  /** Shown in problems, as the operator named it. */
  readonly file: string;
}

/**
 * Reads a description's text. Pure, and never throws: what is wrong is in `problems`. `tables` say which services,
 * files and options `config:` may name.
 */
export function parseDescription(
  text: string,
  place: ParsePlace,
  tables: ConfigurationTables = configurationTables,
): ReadResult {
  return parseRead(readDocument(text, place.file), place, tables);
}

function parseRead(
  document: DescriptionDocument,
  place: ParsePlace,
  tables: ConfigurationTables,
): ReadResult {
  const problems: Problem[] = [...document.problems];
  if (document.tree === undefined) return { problems: sorted(problems), derived: [] };
  if (document.tree === null) {
    return { problems: [...problems, problem('CLOUD_EMPTY', { place: document.at([]) })], derived: [] };
  }
  problems.push(...takePrototypeKeys(document.tree, [], document));
  problems.push(...takeSecrets(document.tree, [], document));
  const shape = descriptionSchema.safeParse(document.tree);
  if (!shape.success) problems.push(...schemaProblems(shape.error.issues, document));

  const draft = makeDraft(document, (path) => hasPath(document.tree, path));
  const { hosts, problems: hostProblems, complete } = expandHosts(draft);
  problems.push(...hostProblems);

  const context = { draft, hosts, allHosts: complete, tables };
  for (const rule of rules) problems.push(...rule(context));

  const derived = hosts.flatMap((host) =>
    Object.values(host.addresses)
      .filter((address) => address.derived)
      .map(({ network, text: address }) => ({ host: host.name, network, address })),
  );
  const cloud = problems.some((p) => p.severity === 'error') ? undefined : buildCloud(draft, hosts, place);
  return { problems: sorted(problems), derived, ...(cloud && { cloud: deepFreeze(cloud) }) };
}

/** Largest description that is read, in bytes. */
const MOST_BYTES = 2 ** 20;

/**
 * Reads and checks the description in a file. Never throws for what the operator can fix. Without `tablesOf` the options
 * under `config:` are not checked, only its services and files.
 */
export async function readCloud(file: string, tablesOf?: TablesOfRelease): Promise<ReadResult> {
  const refuse = (code: 'CLOUD_FILE_MISSING' | 'CLOUD_FILE_UNREADABLE', reason = ''): ReadResult => ({
    problems: [problem(code, { details: { file, reason } })],
    derived: [],
  });
  let bytes: Buffer;
  try {
    const found = await stat(file);
    if (found.isDirectory()) return refuse('CLOUD_FILE_UNREADABLE', 'it is a folder');
    // A pipe by name waits for its other end, and nothing could end that; those of a shell, `<(…)`, have one.
    if (found.isFIFO() && !/^\/(dev\/fd\/|dev\/stdin$|proc\/self\/fd\/)/.test(file))
      return refuse('CLOUD_FILE_UNREADABLE', 'it is a named pipe');
    if (found.size > MOST_BYTES) return refuse('CLOUD_FILE_UNREADABLE', `it has ${found.size} bytes`);
    bytes = await readFile(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return code === 'ENOENT' ? refuse('CLOUD_FILE_MISSING') : refuse('CLOUD_FILE_UNREADABLE', code);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse('CLOUD_FILE_UNREADABLE', 'it is not UTF-8 text');
  }
  const document = readDocument(text, file);
  const { tree } = document;
  const configured = tablesOf && isMap(tree) && tree.config !== undefined;
  const tables = configured ? await tablesOf(releaseIn(tree)) : configurationTables;
  return parseRead(document, { file, folder: dirname(resolve(file)), home: homedir() }, tables);
}

/** The release that a description names, or the default where it names none or no valid one. */
function releaseIn(tree: Readonly<Record<string, unknown>>): string {
  const { release } = descriptionSchema.shape;
  const written = release.safeParse(tree.release);
  return written.success ? written.data : release.parse(undefined);
}

/**
 * Removes what looks like a secret from the tree, so that no later message can show it, and says where it stood.
 */
function takeSecrets(tree: unknown, path: Path, document: DescriptionDocument): Problem[] {
  const problems: Problem[] = [];
  if (Array.isArray(tree)) {
    for (const [index, item] of tree.entries())
      problems.push(...takeSecrets(item, [...path, index], document));
  }
  if (!isMap(tree)) return problems;
  for (const [key, value] of Object.entries(tree)) {
    const inner = [...path, key];
    const credentials = typeof value === 'string' && /^[a-z][a-z0-9+.-]*:\/\/[^\s/]*@/i.test(value);
    // A host may be called anything; its name is not a secret's.
    const hostName = path.length === 1 && path[0] === 'hosts';
    // Sections of configuration files have names such as `token`; their options hold the values.
    const section = path[0] === 'config' && isMap(value);
    const named = SECRET_KEY.test(key) && !hostName && !section;
    if (!named && !credentials) {
      problems.push(...takeSecrets(value, inner, document));
      continue;
    }
    const { text: _hidden, ...place } = document.keyAt(inner);
    problems.push(problem('CLOUD_PASSWORD_IN_DESCRIPTION', { place, details: { path: showPath(inner) } }));
    delete tree[key];
  }
  return problems;
}

function hasPath(tree: unknown, path: Path): boolean {
  let value = tree;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return true;
}

/** In the order of the file, which is how an operator fixes them. */
function sorted(problems: readonly Problem[]): readonly Problem[] {
  const line = ({ place }: Problem): number =>
    place?.kind === 'file' ? place.line * 10_000 + place.column : 0;
  return [...problems].sort((a, b) => line(a) - line(b));
}
