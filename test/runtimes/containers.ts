import type { Resource } from '../../src/engine/resource.ts';
import type { ProjectOnPlatform } from '../../src/platform/platform.ts';
import { command, file } from '../../src/resources/index.ts';
import type { Runtime } from '../../src/runtimes/runtime.ts';

const image = ({ user }: ProjectOnPlatform): string => `registry.example/openstack/${user}:2025.1`;

/**
 * Services in containers, as small as it can be: one command resource for each process. It exists to show that another
 * runtime needs no change of a service.
 */
export const containers: Runtime = {
  name: 'containers',
  packages: () => ['podman'],
  run: (project) =>
    `run() { podman run --rm --net host --user ${project.user} -v ${project.configuration}:${project.configuration}:ro ${image(project)} "$@"; }`,
  version: (_platform, project) => `podman image inspect --format '{{.Digest}}' ${image(project)}`,
  process({ process, context, watches, after }): readonly Resource[] {
    if (process.kind === 'component') return [];
    const { host, project } = context;
    const name = `${project.user}-${process.name}`;
    const publish =
      process.port === undefined ? '' : ` -e LISTEN=${host.addresses.management}:${process.port}`;
    return [
      command(
        host.name,
        `container-${name}`,
        {
          doing: `run ${process.name} of ${project.user} in a container`,
          unless: `podman container exists ${name}`,
          script: `podman run -d --replace --name ${name} --net host${publish} ${image(project)}`,
          limitSeconds: 120,
        },
        { watches, after },
      ),
    ];
  },
  processId: (host, project, process) => `${host}/command:container-${project.user}-${process}`,
  daily: ({ service, context, commands }) => [
    file(
      context.host.name,
      `/etc/cron.d/cloudwright-${service.name}`,
      commands.map((line) => `0 3 * * * root podman exec ${context.project.user}-api ${line}\n`).join(''),
    ),
  ],
};
