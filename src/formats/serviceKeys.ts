import type { Cloud } from '../cloud/cloud.ts';
import { type ImportableService, importableServices } from './services.ts';

export type Installer = 'packstack' | 'kolla' | 'burrito';

/** Key of an installer that switches a service, e.g. `enable_heat`; nothing where there is none. */
export function switchOf(service: ImportableService, installer: Installer): string | undefined {
  const names = service[installer];
  if (!names || names.switch === null) return undefined;
  if (names.switch !== undefined) return names.switch;
  // Burrito has no rule: its charts are always installed unless a variable says otherwise.
  if (installer === 'burrito') return undefined;
  return installer === 'kolla'
    ? `enable_${service.project}`
    : `CONFIG_${service.project.toUpperCase()}_INSTALL`;
}

/** Keys of an installer that hold secrets of services, with the names of the vault. */
export function secretsOf(installer: Installer): ReadonlyMap<string, string> {
  return new Map(importableServices.flatMap((service) => [...secretKeysOf(service, installer)]));
}

/** The same for one service. */
export function secretKeysOf(service: ImportableService, installer: Installer): ReadonlyMap<string, string> {
  const targets = new Map<string, string>();
  const names = service[installer];
  if (!names) return targets;
  const { project, account, database } = service;
  const [ofAccount, ofDatabase] = passwordKeys(installer, project);
  if (account) targets.set(ofAccount, `${project}_password`);
  if (database && ofDatabase) targets.set(ofDatabase, `${project}_database_password`);
  for (const [key, to] of Object.entries(names.secrets ?? {})) targets.set(key, to);
  return targets;
}

/** The installers' rules: key of the account's password, and of the database's where there is one. */
function passwordKeys(installer: Installer, project: string): readonly [string, string?] {
  const upper = project.toUpperCase();
  if (installer === 'packstack') return [`CONFIG_${upper}_KS_PW`, `CONFIG_${upper}_DB_PW`];
  if (installer === 'kolla') return [`${project}_keystone_password`, `${project}_database_password`];
  return [`vault_${project}_password`];
}

/** Keys of services without a meaning here, with the reason. */
export function meaninglessOf(installer: Installer): ReadonlyMap<string, string> {
  return new Map(
    importableServices.flatMap((service) => Object.entries(service[installer]?.meaningless ?? {})),
  );
}

/** Services that a description switches. */
export const optionalServices = importableServices.filter((service) => service.optional !== undefined);

export function isDeployed(cloud: Pick<Cloud, 'services'>, { name }: ImportableService): boolean {
  const deployed: ReadonlySet<string> = cloud.services;
  return deployed.has(name);
}

/** The name in a sentence: `key manager`. */
export function spokenName({ name }: ImportableService): string {
  return name.replaceAll('-', ' ');
}

/** Where an exporter writes the optional services: path in the description to `FILE: KEY`. */
export function switchPlaces(installer: Installer, file: string): Readonly<Record<string, string>> {
  const places: Record<string, string> = {};
  for (const service of optionalServices) {
    const key = switchOf(service, installer);
    if (key) places[`services.${service.name}`] = `${file}: ${key}`;
  }
  return places;
}

/** The switches of the optional services of a cloud, as an exporter writes them. */
export function switchValues(cloud: Pick<Cloud, 'services'>, installer: Installer): Record<string, boolean> {
  const values: Record<string, boolean> = {};
  for (const service of optionalServices) {
    const key = switchOf(service, installer);
    if (key) values[key] = isDeployed(cloud, service);
  }
  return values;
}

/** What each optional service is called elsewhere, for `init --like`; by path in the description. */
export function namesElsewhere(): Readonly<Record<string, Readonly<Record<Installer, string>>>> {
  return Object.fromEntries(
    optionalServices.map((service) => [
      `services.${service.name}`,
      {
        packstack: nameElsewhere(service, 'packstack'),
        kolla: nameElsewhere(service, 'kolla'),
        burrito: nameElsewhere(service, 'burrito'),
      },
    ]),
  );
}

function nameElsewhere(service: ImportableService, installer: Installer): string {
  const names = service[installer];
  if (!names) return 'None.';
  const key = switchOf(service, installer);
  if (key) return names.remark ? `${key}; ${names.remark}.` : `${key}.`;
  return names.remark ? `${names.remark}.` : `The chart ${service.project}.`;
}
