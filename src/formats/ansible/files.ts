import type { SourceFile } from '../result.ts';

/** Path of a file relative to the described folder: slashes, no `./`. */
function relativePath(path: string): string {
  return path.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
}

/** Files whose last parts are one of these paths, sorted as Ansible reads them. */
export function filesAt(files: readonly SourceFile[], wanted: RegExp): readonly SourceFile[] {
  return files
    .filter((file) => wanted.test(`/${relativePath(file.path)}`))
    .toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Group or host of a file below `group_vars/` or `host_vars/`: `group_vars/osds.yml`, `group_vars/all/ceph.yml`. */
export function ownerOf(path: string): { kind: 'group' | 'host'; name: string } | undefined {
  const found = /(?:^|\/)(group|host)_vars\/([^/]+?)(?:\/[^/]+)?$/.exec(relativePath(path));
  if (!found?.[2]) return undefined;
  const inFolder = /(?:group|host)_vars\/[^/]+\//.test(relativePath(path));
  const name = inFolder ? found[2] : found[2].replace(/\.(?:ya?ml|json)$/, '');
  return { kind: found[1] === 'group' ? 'group' : 'host', name };
}
