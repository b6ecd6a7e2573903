import { certificatePaths } from '../../cloud/certificates.ts';
import type { Cloud, Host } from '../../cloud/cloud.ts';
import { ovnConnection } from '../../cloud/endpoints.ts';
import { ports } from '../../cloud/ports.ts';
import type { Resource } from '../../engine/resource.ts';
import { type Component, pathOf, unitOf } from '../../platform/platform.ts';
import { directory, file, MANAGED } from '../../resources/index.ts';
import { type Database, databaseFile, databases } from './databases.ts';

/** Milliseconds: a loaded host that is late by five seconds must not lose all its sessions at once. */
const INACTIVITY_PROBE = 60_000;

/** The servers take their addresses from files: the databases' own table would be the same for all members. */
export function serverFiles(cloud: Cloud, host: Host, component: Component): readonly Resource[] {
  const folder = directory(host.name, pathOf(component, 'configuration'), { mode: '0755' });
  const remotes = databases.map((database) =>
    file(
      host.name,
      remotesFile(component, database),
      `${JSON.stringify(remotesOf(component, host, database), null, 2)}\n`,
      { after: [folder] },
    ),
  );
  const defaults = file(
    host.name,
    pathOf(component, 'defaults'),
    `# ${MANAGED}\nOVN_CTL_OPTS="${optionsOf(cloud, component).join(' ')}"\n`,
  );
  // A server without its file would create another database under the same name.
  const asserts = databases.map((database) =>
    file(
      host.name,
      `/etc/systemd/system/${unitOf(component, database.unit)}.service.d/cloudwright.conf`,
      `[Unit]\nAssertPathExists=${databaseFile(component, database)}\n[Service]\nRestart=always\n`,
    ),
  );
  // The package's unit stops the database servers too when it stops northd.
  const stop = file(
    host.name,
    `/etc/systemd/system/${unitOf(component, 'northd')}.service.d/cloudwright.conf`,
    `[Service]\nExecStop=\nExecStop=${pathOf(component, 'control')} stop_northd --ovn-manage-ovsdb=no --no-monitor\nRestart=always\n`,
  );
  return [folder, ...remotes, defaults, ...asserts, stop];
}

function remotesFile(component: Component, { short }: Database): string {
  return `${pathOf(component, 'configuration')}/cloudwright-${short}.json`;
}

/** Options of ovn-ctl(8). */
function optionsOf(cloud: Cloud, component: Component): readonly string[] {
  return [
    ...databases.flatMap((database) => [
      `--db-${database.short}-use-remote-in-db=no`,
      `--db-${database.short}-config-file=${remotesFile(component, database)}`,
      ...credentialsOf(`ovn-${database.short}-db`),
    ]),
    `--ovn-northd-nb-db=${ovnConnection(cloud, ports.ovnNorthbound)}`,
    `--ovn-northd-sb-db=${ovnConnection(cloud, ports.ovnSouthboundControl)}`,
    ...credentialsOf('ovn-northd'),
  ];
}

function credentialsOf(daemon: string): readonly string[] {
  const { authority, certificate, key } = certificatePaths('ovn');
  return [
    `--${daemon}-ssl-key=${key}`,
    `--${daemon}-ssl-cert=${certificate}`,
    `--${daemon}-ssl-ca-cert=${authority}`,
  ];
}

/** ovsdb-server's configuration file (ovsdb-server(1)). */
function remotesOf(component: Component, host: Host, database: Database) {
  const socket = `${pathOf(component, 'run')}/ovn${database.short}_db.sock`;
  const passive = database.listeners.map(({ port, role }) => [
    `pssl:${port}:${host.addresses.management}`,
    { ...(role && { role }), 'inactivity-probe': INACTIVITY_PROBE },
  ]);
  return {
    remotes: { [`punix:${socket}`]: {}, ...Object.fromEntries(passive) },
    databases: { [databaseFile(component, database)]: {} },
  };
}
