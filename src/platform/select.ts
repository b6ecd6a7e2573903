import { debian13 } from './debian-13/table.ts';
import type { Platform } from './platform.ts';

export const platforms: readonly Platform[] = [debian13];

/** What is known of a host before its platform is chosen: `ID` and `VERSION_CODENAME` of os-release. */
export interface HostRelease {
  readonly distribution: string;
  readonly codename: string;
}

/** The table for a release on a host of this kind; undefined where there is none. */
export function findPlatform(
  release: string,
  host: HostRelease,
  tables: readonly Platform[] = platforms,
): Platform | undefined {
  return tables.find(
    ({ release: name, distribution }) =>
      name === release && distribution.id === host.distribution && distribution.codename === host.codename,
  );
}

/** The same for a host that preflight has let pass. */
export function platformOf(
  release: string,
  host: HostRelease,
  tables: readonly Platform[] = platforms,
): Platform {
  const found = findPlatform(release, host, tables);
  if (!found) throw new Error(`no platform for ${host.distribution} ${host.codename} with ${release}`);
  return found;
}
