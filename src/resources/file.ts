import { createHash } from 'node:crypto';
import {
  type Change,
  type Resource,
  type ResourceOptions,
  type ResourceRecord,
  resource,
  type ShellKind,
} from '../engine/resource.ts';
import { reveal, type Text } from '../secrets/confidential.ts';
import fileRead from './fileRead.sh';
import { AnnotatedText } from './ini.ts';
import { maskedDifference } from './mask.ts';
import { shellProgram } from './program.ts';
import { type FileAttributes, quote, quoteAll, writeFile } from './shell.ts';

export interface FileDesired extends FileAttributes {
  readonly path: string;
  readonly content: Text;
  /** SHA-256 of the content, hexadecimal. */
  readonly digest: string;
  /** Shown behind lines of the difference; by line, counted from 0. */
  readonly notes?: ReadonlyMap<number, string>;
}

export interface FileState {
  /** As `stat` prints it: `regular file`, `directory`, `symbolic link` …; undefined when nothing is there. */
  readonly type?: string;
  readonly owner?: string;
  readonly group?: string;
  readonly mode?: string;
  readonly digest?: string;
  /** The first 64 KiB, only where the digest is not the desired one. */
  readonly content?: string;
}

/** Nothing at a path. */
export interface Absent {
  readonly path: string;
  readonly absent: true;
}

/** How kinds with a path are removed. */
export const removalOfPath = {
  record: ({ path }: { readonly path: string }): ResourceRecord => ({ path }),
  absence: ({ path = '' }: ResourceRecord): Absent => ({ path, absent: true }),
};

/** Bytes of a differing file that are read for the difference. */
const SHOWN_BYTES = 65_536;

/** Attributes of many paths in one process, one line each: `S type|owner|group|mode|path`. */
export function statLines(paths: readonly string[]): string {
  return `stat -c 'S %F|%U|%G|%a|%n' -- ${quoteAll(paths)} 2>/dev/null`;
}

/** What `statLines` printed, by path. */
export function parseStat(output: string): Map<string, FileState> {
  const states = new Map<string, FileState>();
  for (const line of output.split('\n')) {
    const found = /^S ([^|]*)\|([^|]*)\|([^|]*)\|([0-7]+)\|(.*)$/.exec(line);
    if (!found) continue;
    const [, type = '', owner = '', group = '', mode = '', path = ''] = found;
    states.set(path, { type: type.replace('regular empty file', 'regular file'), owner, group, mode });
  }
  return states;
}

/** Whether two octal modes are the same, leading zeros aside. */
export function sameMode(mode: string | undefined, other: string): boolean {
  return mode !== undefined && Number.parseInt(mode, 8) === Number.parseInt(other, 8);
}

export const fileKind: ShellKind<FileDesired | Absent, FileState> = {
  via: 'shell',
  name: 'file',
  batch: true,

  read(items) {
    const wanted = items.flatMap((item) => ('absent' in item ? [] : [`${item.digest}  ${item.path}`]));
    return shellProgram(
      fileRead,
      { wanted: wanted.join('\n'), shown_bytes: SHOWN_BYTES },
      items.map((item) => item.path),
    );
  },

  parse(output, items) {
    const stats = parseStat(output);
    const digests = new Map<string, string>();
    const contents = new Map<string, string>();
    let path = '';
    for (const line of output.split('\n')) {
      const hash = /^H ([0-9a-f]{64}) [ *](.*)$/.exec(line);
      if (hash) {
        path = hash[2] ?? '';
        digests.set(path, hash[1] ?? '');
      } else if (line.startsWith('C ')) {
        contents.set(path, Buffer.from(line.slice(2), 'base64').toString('utf8'));
      }
    }
    return items.map((item) => {
      const digest = digests.get(item.path);
      const content = contents.get(item.path);
      return {
        ...stats.get(item.path),
        ...(digest !== undefined && { digest }),
        ...(content !== undefined && { content }),
      };
    });
  },

  compare(desired, state): Change | undefined {
    if ('absent' in desired) return removeFile(desired.path, state);
    const sameContent = state.type === 'regular file' && state.digest === desired.digest;
    const attributes = attributeChanges(desired, state);
    if (sameContent && attributes.length === 0) return undefined;
    const detail = attributes.length > 0 ? ` (${attributes.join(', ')})` : '';
    const difference = sameContent
      ? undefined
      : maskedDifference(state.content ?? '', desired.content, desired.notes);
    return {
      summary: sameContent
        ? `set ${attributes.join(', ')} of ${desired.path}`
        : `write ${desired.path}${state.type === undefined ? '' : detail}`,
      ...(difference && { difference }),
      script: writeFile(desired.path, desired.content, desired),
      limitSeconds: 60,
    };
  },

  removal: removalOfPath,
};

/** A directory in the place of a file is not ours, and stays. */
function removeFile(path: string, state: FileState): Change | undefined {
  if (state.type === undefined || state.type === 'directory') return undefined;
  return { summary: `remove ${path}`, script: `rm -f -- ${quote(path)}`, limitSeconds: 60 };
}

/** The differences in owner, group and mode, readable; none where the path does not exist yet. */
export function attributeChanges(desired: FileAttributes, state: FileState): string[] {
  if (state.type === undefined) return [];
  const changes: string[] = [];
  if (state.owner !== desired.owner) changes.push(`owner ${state.owner} -> ${desired.owner}`);
  if (state.group !== desired.group) changes.push(`group ${state.group} -> ${desired.group}`);
  if (!sameMode(state.mode, desired.mode)) changes.push(`mode ${state.mode} -> ${desired.mode}`);
  return changes;
}

export interface FileOptions extends ResourceOptions {
  readonly owner?: string;
  readonly group?: string;
  /** Octal, as `0640`. By default 0644, and 0600 where the content holds a secret. */
  readonly mode?: string;
}

/** A file with exactly this content, written in one step. Owner and group are root by default. */
export function file(
  host: string,
  path: string,
  given: Text | AnnotatedText,
  options: FileOptions = {},
): Resource {
  const content = given instanceof AnnotatedText ? given.content : given;
  const desired: FileDesired = {
    path,
    content,
    ...(given instanceof AnnotatedText && { notes: given.notes }),
    digest: createHash('sha256').update(reveal(content), 'utf8').digest('hex'),
    owner: options.owner ?? 'root',
    group: options.group ?? 'root',
    mode: options.mode ?? (typeof content === 'string' ? '0644' : '0600'),
  };
  return resource(fileKind, host, path, desired, options);
}
