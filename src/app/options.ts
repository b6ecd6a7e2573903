import { type ConfigurationTables, configurationTables, type KnownOptions } from '../cloud/services.ts';
import type { OptionNames, Platform } from '../platform/platform.ts';

/**
 * What `config:` of a description is checked against: the options of all platforms that have the release, since the
 * hosts, which decide on the platform, are not known yet.
 */
export async function tablesOfRelease(
  release: string,
  platforms?: readonly Platform[],
): Promise<ConfigurationTables> {
  const tables = platforms ?? (await import('../platform/select.ts')).platforms;
  const names = await Promise.all(
    tables
      .filter((platform) => platform.release === release)
      .map(async (platform) => platform.options?.() ?? {}),
  );
  return { ...configurationTables, options: knownOptions(names) };
}

function knownOptions(tables: readonly OptionNames[]): KnownOptions {
  const known = new Map<string, Map<string, Set<string>>>();
  for (const table of tables) {
    for (const [file, own] of Object.entries(table)) {
      const sections = typeof own === 'string' ? table[own] : own;
      if (sections === undefined || typeof sections === 'string')
        throw new Error(`the options of ${file} are in no file`);
      const merged = known.get(file) ?? new Map<string, Set<string>>();
      known.set(file, merged);
      for (const [section, options] of Object.entries(sections))
        merged.set(section, new Set([...(merged.get(section) ?? []), ...options.split(' ')]));
    }
  }
  return known;
}
