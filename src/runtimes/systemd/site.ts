import { LOOPBACK } from '../../cloud/endpoints.ts';
import type { Resource } from '../../engine/resource.ts';
import { pathOf } from '../../platform/platform.ts';
import { absent, command, file, link, MANAGED, service, shellProgram } from '../../resources/index.ts';
import { apiProcesses } from '../../services/shared/workers.ts';
import type { ProcessRequest } from '../runtime.ts';
import { processOn } from './processOn.ts';
import pages from './site-pages.sh';

/** A Django site under the web server, with its pages compressed for exactly these settings. */
export function site({ process, context, watches, after, turn }: ProcessRequest): readonly Resource[] {
  const { host, project, platform, own } = context;
  const { unit } = processOn(project, process.name);
  const server = platform.components['web-server'];
  const sites = pathOf(server, 'sites');
  const enabledSites = pathOf(server, 'enabled');
  const application = pathOf(server, 'application');
  const address = `${LOOPBACK}:${process.port ?? 0}`;
  const listen = file(host.name, pathOf(server, 'ports'), `# ${MANAGED}\nListen ${address}\n`);
  const virtualHost = file(
    host.name,
    `${sites}/cloudwright-dashboard.conf`,
    `# ${MANAGED}
<VirtualHost ${address}>
  WSGIScriptAlias /horizon ${application}/wsgi.py process-group=horizon
  WSGIDaemonProcess horizon user=${project.user} group=${project.group} processes=${apiProcesses(own)} threads=1 display-name=horizon
  WSGIProcessGroup horizon
  # Horizon's C extensions can't live in a second interpreter.
  WSGIApplicationGroup %{GLOBAL}
  Alias /static ${project.state}/static
  Alias /horizon/static ${project.state}/static
  RedirectMatch ^/$ /horizon/
  <Directory ${application}>
    Require all granted
  </Directory>
  <Directory ${project.state}/static>
    Require all granted
  </Directory>
  ErrorLog ${project.logs}/dashboard-error.log
  CustomLog ${project.logs}/dashboard-access.log combined
</VirtualHost>
`,
  );
  const enabled = link(
    host.name,
    `${enabledSites}/cloudwright-dashboard.conf`,
    '../sites-available/cloudwright-dashboard.conf',
    { after: [virtualHost] },
  );
  const others = (project.unusedSites ?? []).map((name) => absent(host.name, `${enabledSites}/${name}.conf`));
  const parameters = {
    application,
    settings: project.configuration,
    static_files: `${project.state}/static`,
    user: project.user,
  };
  const compressed = command(
    host.name,
    'dashboard-pages',
    {
      doing: 'compress the pages of the dashboard for its settings',
      unless: shellProgram(pages, { ...parameters, act: 'compare' }),
      script: shellProgram(pages, { ...parameters, act: 'compress' }),
      limitSeconds: 300,
    },
    { after: [...watches, ...after] },
  );
  return [
    listen,
    virtualHost,
    enabled,
    ...others,
    compressed,
    service(host.name, unit, {
      watches: [listen, virtualHost, enabled, compressed, ...others, ...watches],
      after,
      turn,
    }),
  ];
}
