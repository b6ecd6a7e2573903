import { secretOf } from '../cloud/secrets.ts';
import type { Resource } from '../engine/resource.ts';
import { directory, file } from '../resources/index.ts';
import type { HostContext, ServiceDefinition } from '../services/definition.ts';

/** Folders of numbered keys; the vault has the same for every host, as many as there are. 0 is the staged key. */
export function keyRepositories(
  service: ServiceDefinition,
  { cloud, host, project }: HostContext,
): readonly Resource[] {
  if (!host.roles.has('control')) return [];
  const owned = { owner: project.user, group: project.group };
  return (service.keyRepositories ?? []).flatMap(({ folder, secrets }) => {
    const path = `${project.configuration}/${folder}`;
    const made = directory(host.name, path, { ...owned, mode: '0700' });
    const numbers = Object.keys(cloud.secrets)
      .filter((name) => name.startsWith(secrets))
      .map((name) => name.slice(secrets.length))
      .filter((number) => /^\d+$/.test(number));
    const key = (number: string, after: readonly Resource[]) =>
      file(host.name, `${path}/${number}`, secretOf(cloud, `${secrets}${number}`), {
        ...owned,
        mode: '0600',
        after,
      });
    const keys = numbers.filter((number) => number !== '0').map((number) => key(number, [made]));
    // Other hosts may sign with what is staged here: it must be there under its new number before it is replaced.
    const staged = numbers.includes('0') ? [key('0', [made, ...keys])] : [];
    return [made, ...keys, ...staged];
  });
}
