import type { Cloud, Host, Override } from './cloud.ts';

/**
 * The overrides that count for one file of a service on one host: of several for one option the narrowest, then the
 * latest. An override with the value null removes the option. Ordered as in `Cloud.overrides`.
 */
export function overridesOn(
  cloud: Pick<Cloud, 'overrides'>,
  host: Pick<Host, 'name' | 'roles'>,
  service: string,
  file: string,
): readonly Override[] {
  const winning = new Map<string, Override>();
  for (const override of cloud.overrides) {
    if (override.service !== service || override.file !== file || !concerns(override, host)) continue;
    winning.set(JSON.stringify([override.section, override.option]), override);
  }
  return [...winning.values()];
}

function concerns({ scope }: Override, host: Pick<Host, 'name' | 'roles'>): boolean {
  if (scope.kind === 'all') return true;
  return scope.kind === 'role' ? host.roles.has(scope.role) : scope.host === host.name;
}
