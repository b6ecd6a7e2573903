import { stringify } from 'yaml';
import type { DescribedCloud } from '../../cloud/build.ts';
import { parseDescription } from '../../cloud/read.ts';
import { describe, difference } from '../describe.ts';
import type { ExportedPart, ExportResult } from '../export.ts';
import { renderDraft } from '../render.ts';
import {
  type DraftMap,
  type DraftPath,
  type DraftValue,
  type ImportResult,
  type SourceFile,
  shownPath,
} from '../result.ts';
import { CLOUDWRIGHT_VARIABLE } from './cloudwrightVariable.ts';

/** How one format is written: the files without what it has no name for, and where each part went. */
export interface Exporter {
  readonly format: 'burrito' | 'kolla';
  readonly tool: string;
  write(cloud: DescribedCloud): readonly SourceFile[];
  /** Where a part of the description goes, by the beginning of its path; what is not named has no place there. */
  readonly places: Readonly<Record<string, string>>;
  /** The file that takes the variable `cloudwright`. */
  readonly variableFile: string;
  read(files: readonly SourceFile[]): ImportResult;
}

/**
 * Writes a cloud as another tool's files. What that tool has no name for is kept in a variable that it
 * ignores, so that an import gives the same cloud; the report says so of each part.
 */
export function exportWith(exporter: Exporter, cloud: DescribedCloud): ExportResult {
  const wanted = describe(cloud);
  const files = exporter.write(cloud);
  // Without the variable an import may be invalid; then all that it would have to guess is kept.
  const bare = readBack(exporter, files, cloud);
  const lost = bare ? difference(wanted, bare) : difference(rangesAndAddresses(wanted), {});
  const kept = new Map(lost.map((leaf) => [leaf[0].join('\0'), leaf] as const));
  // A kept value may change what others are derived from, so that more has to be kept.
  for (let round = 0; round < 5; round++) {
    const missing = difference(
      wanted,
      readBack(exporter, withVariable(exporter, files, [...kept.values()]), cloud),
    );
    if (missing.length === 0) break;
    for (const leaf of missing) kept.set(leaf[0].join('\0'), leaf);
  }
  const result = withVariable(exporter, files, [...kept.values()]);
  return {
    format: exporter.format,
    files: result,
    parts: partsOf(exporter, wanted, bare ? lost : [...kept.values()], kept),
    problems: [],
  };
}

/** What every import of such files has to guess: address ranges, and how hosts and OSDs are known. */
function rangesAndAddresses(wanted: DraftMap): DraftMap {
  const networks: Record<string, DraftValue> = {};
  for (const [name, network] of Object.entries(wanted.networks as DraftMap)) {
    const { cidr } = (network ?? {}) as DraftMap;
    if (cidr !== undefined) networks[name] = { cidr };
  }
  const hosts: Record<string, DraftValue> = {};
  for (const [name, host] of Object.entries(wanted.hosts as DraftMap)) {
    const { devices } = host as DraftMap;
    if (Array.isArray(devices) && devices.length > 0) hosts[name] = { devices };
  }
  return { cloud: wanted.cloud ?? '', networks, hosts };
}

function readBack(
  exporter: Exporter,
  files: readonly SourceFile[],
  cloud: DescribedCloud,
): DraftMap | undefined {
  const { description } = exporter.read(files);
  const read = parseDescription(renderDraft(description).text, {
    file: 'cloud.yaml',
    folder: cloud.folder,
    home: '/root',
  });
  return read.cloud && describe(read.cloud);
}

function withVariable(
  exporter: Exporter,
  files: readonly SourceFile[],
  leaves: readonly (readonly [DraftPath, DraftValue])[],
): readonly SourceFile[] {
  if (leaves.length === 0) return files;
  const tree: Record<string, unknown> = {};
  for (const [path, value] of leaves) {
    let level = tree;
    for (const part of path.slice(0, -1)) {
      level[part] ??= {};
      level = level[part] as Record<string, unknown>;
    }
    level[path.at(-1) ?? ''] = value;
  }
  const comment = `\n# What ${exporter.tool} has no name for; it ignores this, and an import into Cloudwright reads it.\n`;
  return files.map((file) =>
    file.path === exporter.variableFile
      ? { ...file, text: `${file.text}${comment}${toYaml({ [CLOUDWRIGHT_VARIABLE]: tree })}` }
      : file,
  );
}

function partsOf(
  exporter: Exporter,
  wanted: DraftMap,
  lost: readonly (readonly [DraftPath, DraftValue])[],
  kept: ReadonlyMap<string, unknown>,
): readonly ExportedPart[] {
  const gone = new Set(lost.map(([path]) => path.join('\0')));
  return difference(wanted, {}).map(([path]): ExportedPart => {
    const shown = shownPath(path);
    const key = path.join('\0');
    const general = path[0] === 'hosts' ? `hosts.${path.slice(2).join('.')}` : shown;
    const place = Object.entries(exporter.places).find(
      ([start]) => general === start || general.startsWith(`${start}.`),
    );
    if (place && !gone.has(key)) return { path: shown, outcome: 'carried', to: place[1] };
    if (place && !kept.has(key)) return { path: shown, outcome: 'carried', to: place[1] };
    if (!kept.has(key)) return { path: shown, outcome: 'default', note: 'what an import takes anyway' };
    const note = `${exporter.tool} has no name for it; its own default applies there, and the variable ${CLOUDWRIGHT_VARIABLE} keeps it`;
    return { path: shown, outcome: 'unsupported', to: CLOUDWRIGHT_VARIABLE, note };
  });
}

/** YAML whose strings are quoted, so that YAML 1.1 takes none for a truth value or a number. */
export function toYaml(value: unknown): string {
  return stringify(value, {
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
    lineWidth: 0,
    version: '1.1',
    aliasDuplicateObjects: false,
  });
}

/** A value on one line of an INI inventory, quoted where a shell word needs it. */
export function iniValue(value: string | number | boolean): string {
  const text = String(value);
  return /^[A-Za-z0-9_./~:@-]+$/.test(text) ? text : `'${text.replaceAll("'", '')}'`;
}

/** Connection variables that differ from Ansible's own defaults. */
export function connectionLines(cloud: DescribedCloud): readonly string[] {
  const { user, port, identityFile, sudo } = cloud.ssh;
  return [
    `ansible_user=${iniValue(user)}`,
    `ansible_port=${port}`,
    `ansible_become=${sudo}`,
    ...(identityFile === undefined ? [] : [`ansible_ssh_private_key_file=${iniValue(identityFile)}`]),
  ];
}
