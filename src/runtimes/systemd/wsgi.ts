import { LOOPBACK } from '../../cloud/endpoints.ts';
import type { Resource } from '../../engine/resource.ts';
import { file, renderIni, service } from '../../resources/index.ts';
import { apiProcesses } from '../../services/shared/workers.ts';
import type { ProcessRequest } from '../runtime.ts';
import { processOn } from './processOn.ts';
import { bootUnits, dropIn, startupEnvironment, startupFile } from './units.ts';

/** Answers in pieces, bodies in pieces. */
const STREAMING = {
  'socket-timeout': 10,
  'http-auto-chunked': true,
  'http-chunked-input': true,
  'http-raw-body': true,
  'wsgi-manage-chunked-input': true,
  'add-header': 'Connection: close',
} as const;

/**
 * A WSGI service under its package's unit. The unit's start script can only listen on every address, which would
 * take the VIP's port from haproxy; a drop-in starts uWSGI with a configuration of ours that names the address.
 */
export function wsgi({ process, context, watches, after, turn }: ProcessRequest): readonly Resource[] {
  const { host, project, platform, own } = context;
  const entry = processOn(project, process.name);
  const { unit } = entry;
  const iniPath = `/etc/cloudwright/uwsgi/${unit}.ini`;
  const settings = file(
    host.name,
    iniPath,
    renderIni(
      {
        uwsgi: {
          'http-socket': `${LOOPBACK}:${process.port ?? 0}`,
          'wsgi-file': entry.wsgi,
          plugins: platform.wsgiServer.plugin,
          // An application that cannot be loaded ends the unit: it would answer 500 until somebody restarts it.
          'need-app': true,
          master: true,
          'lazy-apps': true,
          'thunder-lock': true,
          'enable-threads': true,
          'close-on-exec': true,
          'die-on-term': true,
          'no-orphans': true,
          'buffer-size': 65535,
          listen: 100,
          processes: apiProcesses(own),
          threads: 1,
          name: unit,
          uid: project.user,
          gid: project.group,
          chdir: project.state,
          logto: entry.logFile ?? `${project.logs}/${unit}.log`,
          env: `OS_OSLO_MESSAGING_RABBIT__PROCESSNAME=${unit}`,
          ...(process.streaming && STREAMING),
          pyargv: entry.arguments,
          ...entry.wsgiOptions,
        },
      },
      { syntax: 'plain' },
    ),
  );
  const start = dropIn(host.name, unit, [
    '[Unit]',
    `After=network-online.target ${bootUnits(context, process.startsAfter ?? []).join(' ')}`.trimEnd(),
    '[Service]',
    'ExecStart=',
    `ExecStart=${platform.wsgiServer.command} --ini ${iniPath}`,
    'Restart=always',
    'RestartSec=2',
    ...startupEnvironment(platform),
  ]);
  return [
    settings,
    start,
    service(host.name, unit, {
      watches: [settings, start, ...startupFile(host.name, platform), ...watches],
      after,
      turn,
    }),
  ];
}
