import type { CatalogueEntry } from './catalogue/entry.ts';
import { catalogue } from './catalogue/index.ts';

const areas: Readonly<Record<string, string>> = {
  CLI: 'Command line',
  CLOUD: 'Description',
  HOST: 'Hosts',
  RUN: 'Run',
  STEP: 'Steps',
  RESOURCE: 'Resources',
  RESOURCES: 'Resources',
  LATE: 'Resources',
  PREREQUISITE: 'Steps',
  PREFLIGHT: 'Preflight',
  MANIFEST: 'Removal',
  DATA: 'Removal',
  CONFIG: 'Configuration files',
  UNIT: 'Services',
  SYSTEM: 'This machine',
  SERVICE: 'Services',
  CLUSTER: 'Clusters',
  OSD: 'Ceph',
  GUEST: 'Test guest',
  CHECK: 'Checks',
  VAULT: 'Vault',
  LAB: 'Lab',
  IMPORT: 'Import and export',
  API: 'OpenStack API',
};

const exits: Readonly<Record<CatalogueEntry['exit'], string>> = {
  1: 'a step or check failed',
  2: 'bad input',
  3: 'interrupted',
  4: 'locked by another run',
};

/** The text of `docs/errors.md`: every entry of the catalogue, by area and code. */
export function errorsDocument(): string {
  const lines = [
    '# Errors',
    '',
    'Every message that Cloudwright can give, by code: what is wrong, why it matters and what to do next.',
    'Words in braces are filled in. Generated from the error catalogue in `src/errors/catalogue/` by `npm run generate`.',
    '',
  ];
  const groups = new Map<string, [string, CatalogueEntry][]>();
  for (const [code, entry] of Object.entries<CatalogueEntry>(catalogue)) {
    const prefix = code.split('_')[0] ?? '';
    const area = areas[prefix] ?? prefix;
    groups.set(area, [...(groups.get(area) ?? []), [code, entry]]);
  }
  for (const [area, entries] of [...groups].sort(([a], [b]) => a.localeCompare(b))) {
    lines.push(`## ${area}`, '');
    for (const [code, entry] of entries.sort(([a], [b]) => a.localeCompare(b))) {
      lines.push(`### ${code}`, '', entry.what, '', `- Why: ${entry.why}`, `- Next: ${entry.next}`);
      lines.push(`- Exit code: ${entry.exit} (${exits[entry.exit]})`, '');
    }
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
