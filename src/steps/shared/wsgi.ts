import type { Resource } from '../../engine/resource.ts';
import type { HostFacts } from '../../hosts/connection.ts';
import { file, renderIni, service } from '../../resources/index.ts';
import { apiProcesses } from './workers.ts';

export interface WsgiOptions {
  /** The package's systemd unit, without `.service`. */
  readonly unit: string;
  readonly user: string;
  /** The package's WSGI entry script. */
  readonly script: string;
  readonly address: string;
  readonly port: number;
  readonly facts: HostFacts;
  readonly logFile: string;
  /** Arguments that the WSGI script reads, e.g. further configuration files. */
  readonly scriptArguments?: string;
  /** Answers are streamed and bodies are large: chunked bodies in both directions. */
  readonly streaming?: boolean;
  readonly extra?: Readonly<Record<string, string | number | boolean>>;
  /** Unit ordering: other units of the same node that should be up first at boot. */
  readonly startAfter?: readonly string[];
  /** Everything whose change restarts the service. */
  readonly watches: readonly (Resource | string)[];
  readonly after?: readonly (Resource | string)[];
}

/**
 * A WSGI service under its package's unit. The unit's start script can only listen on every address, which would
 * take the VIP's port from haproxy; a drop-in starts uWSGI with a configuration of ours that names the address.
 */
export function wsgiService(host: string, options: WsgiOptions): readonly Resource[] {
  const iniPath = `/etc/cloudwright/uwsgi/${options.unit}.ini`;
  const ini = file(
    host,
    iniPath,
    renderIni(
      {
        uwsgi: {
          'http-socket': `${options.address}:${options.port}`,
          'wsgi-file': options.script,
          plugins: 'python3',
          master: true,
          'lazy-apps': true,
          'thunder-lock': true,
          'enable-threads': true,
          'close-on-exec': true,
          'die-on-term': true,
          'no-orphans': true,
          'buffer-size': 65535,
          listen: 100,
          processes: apiProcesses(options.facts),
          threads: 1,
          name: options.unit,
          uid: options.user,
          gid: options.user,
          chdir: `/var/lib/${options.user}`,
          logto: options.logFile,
          env: `OS_OSLO_MESSAGING_RABBIT__PROCESSNAME=${options.unit}`,
          ...(options.streaming && {
            'socket-timeout': 10,
            'http-auto-chunked': true,
            'http-chunked-input': true,
            'http-raw-body': true,
            'wsgi-manage-chunked-input': true,
            'add-header': 'Connection: close',
          }),
          ...(options.scriptArguments && { pyargv: options.scriptArguments }),
          ...options.extra,
        },
      },
      { syntax: 'plain' },
    ),
    { ...(options.after && { after: options.after }) },
  );
  const dropIn = file(
    host,
    `/etc/systemd/system/${options.unit}.service.d/cloudwright.conf`,
    [
      '[Unit]',
      `After=network-online.target ${(options.startAfter ?? []).join(' ')}`.trimEnd(),
      '[Service]',
      'ExecStart=',
      `ExecStart=/usr/bin/uwsgi_python3 --ini ${iniPath}`,
      'Restart=always',
      'RestartSec=2',
      '',
    ].join('\n'),
  );
  return [ini, dropIn, service(host, options.unit, { watches: [ini, dropIn, ...options.watches] })];
}
