import {
  type Change,
  type Resource,
  type ResourceOptions,
  resource,
  type ShellKind,
} from '../engine/resource.ts';
import directoryScript from './directory.sh';
import enterDirectory from './enterDirectory.sh';
import {
  type Absent,
  attributeChanges,
  type FileState,
  parseStat,
  removalOfPath,
  statLines,
} from './file.ts';
import linkScript from './link.sh';
import { shellProgram } from './program.ts';
import { type FileAttributes, lines, quote, quoteAll } from './shell.ts';

export interface DirectoryDesired extends FileAttributes {
  readonly path: string;
}

export interface DirectoryState extends FileState {
  /** Only known of a directory that is to be removed. */
  readonly empty: boolean;
}

export const directoryKind: ShellKind<DirectoryDesired | Absent, DirectoryState> = {
  via: 'shell',
  name: 'directory',
  batch: true,
  read: (items) => {
    const paths = items.map((item) => item.path);
    const absent = items.flatMap((item) => ('absent' in item ? [item.path] : []));
    if (absent.length === 0) return statLines(paths);
    return lines(
      statLines(paths),
      `find ${quoteAll(absent)} -maxdepth 0 -type d -empty -printf 'E %p\\n' 2>/dev/null || :`,
    );
  },
  parse(output, items) {
    const states = parseStat(output);
    const empty = new Set(
      output.split('\n').flatMap((line) => (line.startsWith('E ') ? [line.slice(2)] : [])),
    );
    return items.map((item) => ({ ...states.get(item.path), empty: empty.has(item.path) }));
  },
  compare(desired, state): Change | undefined {
    if ('absent' in desired) return removeDirectory(desired.path, state);
    const changes = attributeChanges(desired, state);
    const there = state.type === 'directory';
    if (there && changes.length === 0) return undefined;
    const { path, owner, group, mode } = desired;
    return {
      summary: there ? `set ${changes.join(', ')} of ${path}` : `make directory ${path}`,
      script: shellProgram([enterDirectory, directoryScript], { path, owner, group, mode }),
      limitSeconds: 60,
    };
  },
  removal: removalOfPath,
};

/** A directory that holds anything stays: what is in it is not ours. */
function removeDirectory(path: string, state: DirectoryState): Change | undefined {
  if (state.type !== 'directory' || !state.empty) return undefined;
  return { summary: `remove directory ${path}`, script: `rmdir -- ${quote(path)}`, limitSeconds: 60 };
}

export interface DirectoryOptions extends ResourceOptions {
  readonly owner?: string;
  readonly group?: string;
  /** Octal; 0755 by default. */
  readonly mode?: string;
}

/** A directory with its owner, group (root by default) and mode; its content is not looked at. */
export function directory(host: string, path: string, options: DirectoryOptions = {}): Resource {
  const { owner = 'root', group = 'root', mode = '0755' } = options;
  return resource(directoryKind, host, path, { path, owner, group, mode }, options);
}

export interface LinkDesired {
  readonly path: string;
  readonly target: string;
}

export interface LinkState {
  readonly target?: string;
}

export const linkKind: ShellKind<LinkDesired | Absent, LinkState> = {
  via: 'shell',
  name: 'link',
  batch: true,
  // readlink prints nothing for a path that is no link, so each answer carries its path.
  read: (items) =>
    `find ${quoteAll(items.map((item) => item.path))} -maxdepth 0 -type l -printf 'L %p\\t%l\\n' 2>/dev/null`,
  parse(output, items) {
    const targets = new Map<string, string>();
    for (const line of output.split('\n')) {
      const found = /^L ([^\t]*)\t(.*)$/.exec(line);
      if (found) targets.set(found[1] ?? '', found[2] ?? '');
    }
    return items.map((item) => {
      const target = targets.get(item.path);
      return target === undefined ? {} : { target };
    });
  },
  compare(desired, state): Change | undefined {
    const { path } = desired;
    if ('absent' in desired) {
      if (state.target === undefined) return undefined;
      return { summary: `remove link ${path}`, script: `rm -f -- ${quote(path)}`, limitSeconds: 60 };
    }
    if (state.target === desired.target) return undefined;
    return {
      summary: `link ${path} -> ${desired.target}`,
      script: shellProgram([enterDirectory, linkScript], { path, target: desired.target }),
      limitSeconds: 60,
    };
  },
  removal: removalOfPath,
};

/** A symbolic link; a file in its place is replaced, a directory is not. */
export function link(host: string, path: string, target: string, options: ResourceOptions = {}): Resource {
  return resource(linkKind, host, path, { path, target }, options);
}

export const absentKind: ShellKind<Absent, FileState> = {
  via: 'shell',
  name: 'absent',
  batch: true,
  read: (items) => statLines(items.map((item) => item.path)),
  parse(output, items) {
    const states = parseStat(output);
    return items.map((item) => states.get(item.path) ?? {});
  },
  compare(desired, state): Change | undefined {
    if (state.type === undefined) return undefined;
    const recursive = state.type === 'directory';
    return {
      summary: `remove ${desired.path}${recursive ? ' and all in it' : ''}`,
      script: `rm -${recursive ? 'r' : ''}f -- ${quote(desired.path)}`,
      limitSeconds: 120,
    };
  },
};

/** Nothing at this path: a file, link or whole directory there is removed. */
export function absent(host: string, path: string, options: ResourceOptions = {}): Resource {
  const desired: Absent = { path, absent: true };
  return resource(absentKind, host, path, desired, options);
}
