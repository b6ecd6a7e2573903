import type { Runtime } from '../runtime.ts';
import { daemon } from './daemon.ts';
import { daily } from './daily.ts';
import { processOn } from './processOn.ts';
import { site } from './site.ts';
import { wsgi } from './wsgi.ts';

/** A distribution's packages under systemd. */
export const systemd: Runtime = {
  name: 'systemd',
  packages(project, processes, extras) {
    const names = [
      ...processes.flatMap((process) => processOn(project, process.name).packages),
      ...extras.flatMap((name) => project.extras?.[name] ?? []),
    ];
    return [...new Set(names)];
  },
  run: ({ user, group }) => `run() { setpriv --reuid=${user} --regid=${group} --init-groups -- "$@"; }`,
  version: ({ packageManager }, { schemaPackage = '' }) =>
    `(set -- ${schemaPackage}; ${packageManager.version})`,
  process(request) {
    switch (request.process.kind) {
      case 'wsgi':
        return wsgi(request);
      case 'daemon':
        return daemon(request);
      case 'site':
        return site(request);
      case 'component':
        return [];
    }
  },
  processId: (host, project, process) => `${host}/service:${processOn(project, process).unit}`,
  daily,
};
