import { certificatePaths } from '../../cloud/certificates.ts';
import type { Cloud, Host } from '../../cloud/cloud.ts';
import { controlHosts } from '../../cloud/topology.ts';
import type { ShellCheck } from '../../engine/check.ts';
import type { Component } from '../../platform/platform.ts';
import { type Database, databaseFile, databases } from './databases.ts';

/** Asked on each port of its own address, as the clients ask: with the host's certificate, which both sides verify. */
export function databaseCheck(cloud: Cloud, host: Host, database: Database): ShellCheck {
  const members = controlHosts(cloud).length;
  const targets = database.listeners.map(({ port }) => `ssl:${host.addresses.management}:${port}`);
  const { authority, certificate, key } = certificatePaths('ovn');
  const shown = targets.join(' and ');
  return {
    via: 'shell',
    id: `ovn-${database.short}-${host.name}`,
    title: `the ${database.unit} database on ${host.name} serves its clients`,
    host: host.name,
    limitSeconds: 60,
    script: `for target in ${targets.join(' ')}; do
timeout 10 ovsdb-client --private-key=${key} --certificate=${certificate} --ca-cert=${authority} --no-headings --format=csv transact "$target" '["_Server", {"op": "select", "table": "Database", "where": [["name", "==", "${database.name}"]], "columns": ["connected", "leader", "model"]}]' || exit 1
done`,
    judge: ({ exitCode, stdout, stderr }) => {
      const connected = exitCode === 0 && occurrences(stdout, '"connected":true') === targets.length;
      const clustered = stdout.includes('"model":"clustered"');
      if (!connected)
        return { ok: false, sentence: `${shown} does not serve`, evidence: `${stdout}${stderr}` };
      if (clustered !== members > 1)
        return {
          ok: false,
          sentence: `the database is ${clustered ? '' : 'not '}clustered`,
          evidence: stdout,
        };
      return { ok: true, sentence: `${shown} serves${members > 1 ? ' as a member of its cluster' : ''}` };
    },
  };
}

function occurrences(text: string, part: string): number {
  return text.split(part).length - 1;
}

/** The controller reconnects by itself; without its connection the host learns of no new instance. */
export function controllerCheck(host: Host): ShellCheck {
  return {
    via: 'shell',
    id: `ovn-controller-${host.name}`,
    title: `the OVN controller of ${host.name} is connected to the southbound database`,
    host: host.name,
    limitSeconds: 60,
    script: 'timeout 10 ovn-appctl -t ovn-controller connection-status',
    judge: ({ exitCode, stdout, stderr }) => {
      const status = stdout.trim();
      return exitCode === 0 && status === 'connected'
        ? { ok: true, sentence: 'connected' }
        : { ok: false, sentence: status || 'the controller does not answer', evidence: stderr };
    },
  };
}

/**
 * A server keeps the address that it got in its cluster, with the protocol. Asked before anything is changed: servers of
 * a cluster in clear text would go on with clients that ask for TLS.
 */
export function plainMembersCheck(host: Host, component: Component): ShellCheck {
  const files = databases.map((database) => databaseFile(component, database)).join(' ');
  return {
    via: 'shell',
    id: `ovn-plain-${host.name}`,
    title: `no OVN database of ${host.name} is a member of a cluster without TLS`,
    host: host.name,
    limitSeconds: 10,
    script: `command -v ovsdb-tool >/dev/null || exit 0
for file in ${files}; do
  ovsdb-tool db-is-clustered "$file" 2>/dev/null || continue
  ovsdb-tool db-local-address "$file" || exit 1
done`,
    judge: ({ exitCode, stdout, stderr }) => {
      const addresses = stdout.split('\n').filter((line) => line !== '');
      const plain = addresses.filter((address) => !address.startsWith('ssl:'));
      if (exitCode !== 0)
        return { ok: false, sentence: 'the files of the databases cannot be read', evidence: stderr };
      if (plain.length === 0) return { ok: true, sentence: addresses.join(', ') || 'no member of a cluster' };
      return {
        ok: false,
        sentence: `${plain.join(', ')}: the servers of this cluster talk to one another in clear text, and a server’s address cannot be changed; docs/security.md says how to form the cluster again from its data`,
      };
    },
  };
}
