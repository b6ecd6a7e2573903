import { join } from 'node:path';
import type { Cloud } from '../cloud/cloud.ts';
import { reveal } from '../secrets/confidential.ts';
import { writePrivate } from '../vault/files.ts';
import { trustedAuthority } from './authority.ts';
import { cloudsYaml, credentialsOf, openrc } from './credentials.ts';

export interface CredentialFiles {
  readonly openrc: string;
  readonly demoOpenrc: string;
  readonly cloudsYaml: string;
  /** The authority of the cloud's certificate, where it is the cloud's own. */
  readonly ca: string;
}

/** Where the logins of a cloud are written: beside its description. */
export function credentialFiles(folder: string): CredentialFiles {
  return {
    openrc: join(folder, 'openrc'),
    demoOpenrc: join(folder, 'openrc-demo'),
    cloudsYaml: join(folder, 'clouds.yaml'),
    ca: join(folder, 'ca.pem'),
  };
}

/** Writes `openrc`, `openrc-demo` and `clouds.yaml`, readable by their owner alone. */
export async function writeCredentialFiles(cloud: Cloud): Promise<CredentialFiles> {
  const files = credentialFiles(cloud.folder);
  const authority = trustedAuthority(cloud);
  if (authority !== undefined) await writePrivate(files.ca, authority);
  const { settings, admin, demo } = credentialsOf(cloud, authority && files.ca);
  await writePrivate(files.openrc, reveal(openrc(settings, admin)));
  await writePrivate(files.demoOpenrc, reveal(openrc(settings, demo)));
  await writePrivate(files.cloudsYaml, reveal(cloudsYaml(settings, [admin, demo])));
  return files;
}
