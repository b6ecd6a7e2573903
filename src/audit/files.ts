import type { Host } from '../cloud/cloud.ts';
import type { Resource } from '../engine/resource.ts';
import { attributeChanges, type FileDesired, parseStat, statLines } from '../resources/file.ts';
import { END, type Found, type Inspection, inspection } from './verdict.ts';

const NEXT = 'Run cloudwright apply, which sets owner and mode. Treat what the file holds as disclosed.';

/**
 * Files with secrets belong to those who must read them, and nobody else reads them. `resources`: everything that the
 * cloud's description makes. Private keys that an earlier description left in our own folder count too.
 */
export function filesInspection(host: Host, resources: readonly Resource[]): Inspection {
  const files = secretFiles(host, resources);
  return inspection({
    topic: 'files',
    title: 'only those who need them read the files with secrets',
    host,
    script: [
      `${statLines(files.map(({ path }) => path))} || :`,
      "find /etc/cloudwright -xdev -type f -perm /007 -exec grep -l 'PRIVATE KEY' {} + | sed 's/^/K /'",
      `echo ${END}`,
    ].join('\n'),
    find(lines) {
      const states = parseStat(lines.join('\n'));
      const found: Found[] = files.flatMap((file) => {
        const state = states.get(file.path);
        if (state === undefined) return [];
        const [loose, changes] = [isLoose(file.mode, state.mode), attributeChanges(file, state)];
        if (changes.length === 0) return [];
        return [
          {
            state: loose || state.owner !== file.owner || state.group !== file.group ? 'fail' : 'warning',
            what: `${file.path} holds secrets and has ${changes.map(seen).join(', ')}`,
            next: NEXT,
          },
        ];
      });
      const described = new Set(files.map(({ path }) => path));
      for (const path of lines.flatMap((line) => (line.startsWith('K ') ? [line.slice(2)] : [])))
        if (!described.has(path))
          found.push({
            state: 'fail',
            what: `${path} holds a private key and is open to everybody`,
            next: 'Delete the file if nothing uses it, or take the rights of others away with chmod o=.',
          });
      const missing = files.filter(({ path }) => !states.has(path));
      if (missing.length > 0)
        found.push({
          state: 'warning',
          what: `missing: ${missing.map(({ path }) => path).join(', ')}`,
          next: 'Run cloudwright plan, which shows what differs.',
        });
      return { found, else: `${files.length} files, with owner and mode as described` };
    },
  });
}

function secretFiles(host: Host, resources: readonly Resource[]): readonly FileDesired[] {
  return resources
    .filter((resource) => resource.host === host.name && resource.kind.name === 'file')
    .map(({ desired }) => desired as FileDesired)
    .filter(({ content }) => content !== undefined && typeof content !== 'string');
}

/** Whether somebody has rights that the wanted mode does not give. */
function isLoose(wanted: string, mode: string | undefined): boolean {
  const bits = Number.parseInt(mode ?? '777', 8);
  return (bits & 0o777 & ~Number.parseInt(wanted, 8)) !== 0;
}

/** `mode 644 -> 0640` as what is there and what should be. */
function seen(change: string): string {
  return change.replace(/ -> (\S+)$/, ' instead of $1');
}
