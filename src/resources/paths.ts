import {
  type Change,
  type Resource,
  type ResourceOptions,
  resource,
  type ShellKind,
} from '../engine/resource.ts';
import { attributeChanges, type FileState, parseStat, statLines } from './file.ts';
import { type FileAttributes, quote, quoteAll, subshell } from './shell.ts';

export interface DirectoryDesired extends FileAttributes {
  readonly path: string;
}

export const directoryKind: ShellKind<DirectoryDesired, FileState> = {
  via: 'shell',
  name: 'directory',
  batch: true,
  read: (items) => statLines(items.map((item) => item.path)),
  parse(output, items) {
    const states = parseStat(output);
    return items.map((item) => states.get(item.path) ?? {});
  },
  compare(desired, state): Change | undefined {
    const changes = attributeChanges(desired, state);
    const there = state.type === 'directory';
    if (there && changes.length === 0) return undefined;
    const path = quote(desired.path);
    return {
      summary: there ? `set ${changes.join(', ')} of ${desired.path}` : `make directory ${desired.path}`,
      script: subshell(
        'umask 022',
        `if [ -e ${path} ] || [ -h ${path} ]; then`,
        `  if [ -h ${path} ] || [ ! -d ${path} ]; then echo ${quote(`${desired.path} is there, but is no directory`)} >&2; exit 1; fi`,
        `else mkdir -p -- ${path} || exit 1; fi`,
        `chown -- ${quote(`${desired.owner}:${desired.group}`)} ${path} || exit 1`,
        `chmod -- ${quote(desired.mode)} ${path} || exit 1`,
      ),
      limitSeconds: 60,
    };
  },
};

export interface DirectoryOptions extends ResourceOptions {
  readonly owner?: string;
  readonly group?: string;
  /** Octal; 0755 unless told. */
  readonly mode?: string;
}

/** A directory with its owner, group (root unless told) and mode; what is in it is not looked at. */
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

export const linkKind: ShellKind<LinkDesired, LinkState> = {
  via: 'shell',
  name: 'link',
  batch: true,
  // readlink skips a path that is no link without a word, so each answer carries its path.
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
    if (state.target === desired.target) return undefined;
    const path = quote(desired.path);
    const parent = quote(desired.path.slice(0, desired.path.lastIndexOf('/')) || '/');
    const fresh = quote(`${desired.path}.cloudwright-new`);
    return {
      summary: `link ${desired.path} -> ${desired.target}`,
      script: subshell(
        `if [ -d ${path} ] && [ ! -h ${path} ]; then echo ${quote(`${desired.path} is a directory; it is not replaced by a link`)} >&2; exit 1; fi`,
        `mkdir -p -- ${parent} || exit 1`,
        `ln -sfT -- ${quote(desired.target)} ${fresh} || exit 1`,
        `mv -fT -- ${fresh} ${path} || exit 1`,
      ),
      limitSeconds: 60,
    };
  },
};

/** A symbolic link; a file in its place is replaced, a directory is not. */
export function link(host: string, path: string, target: string, options: ResourceOptions = {}): Resource {
  return resource(linkKind, host, path, { path, target }, options);
}

export interface AbsentDesired {
  readonly path: string;
}

export const absentKind: ShellKind<AbsentDesired, FileState> = {
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
      script: subshell(`rm -${recursive ? 'r' : ''}f -- ${quote(desired.path)} || exit 1`),
      limitSeconds: 120,
    };
  },
};

/** Nothing at this path: a file, link or whole directory there is removed. */
export function absent(host: string, path: string, options: ResourceOptions = {}): Resource {
  return resource(absentKind, host, path, { path }, options);
}
