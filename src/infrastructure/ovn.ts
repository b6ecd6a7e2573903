import type { Cloud, Host } from '../../cloud/cloud.ts';
import { controlHosts, firstControl } from '../../cloud/topology.ts';
import type { Resource } from '../../engine/resource.ts';
import { command, file, service } from '../../resources/index.ts';
import { ports } from '../shared/endpoints.ts';

/** OVN's two databases and northd: alone on one control host, a Raft cluster on several. */
export function ovnCentralResources(cloud: Cloud, host: Host): readonly Resource[] {
  const options = file(
    host.name,
    '/etc/default/ovn-central',
    `# Managed by Cloudwright.\nOVN_CTL_OPTS="${centralOptions(cloud, host)}"\n`,
  );
  const first = firstControl(cloud);
  const central = service(host.name, 'ovn-central', {
    watches: [options],
    // A joining member needs the first one's databases to join.
    after: host === first ? [] : [`${first.name}/command:ovn-databases`],
  });
  const address = controlHosts(cloud).length === 1 ? host.addresses.management : '0.0.0.0';
  const listen = command(
    host.name,
    'ovn-databases',
    {
      doing: 'let the OVN databases listen for controllers and Neutron',
      unless: connections(address)
        // The southbound tool prints access rights in front of the target.
        .map(({ tool, target }) => `timeout 5 ${tool} --no-leader-only get-connection | grep -q '${target}$'`)
        .join(' && '),
      script: [
        'set -e',
        // The daemons make their sockets a moment after the unit is up.
        'left=100; until [ -S /run/ovn/ovnnb_db.sock ] && [ -S /run/ovn/ovnsb_db.sock ]; do left=$((left - 1)); [ $left -gt 0 ] || { echo "the OVN databases made no socket within 10 s" >&2; exit 1; }; sleep 0.1; done',
        // A minute: a loaded node that is late by five seconds must not lose all its sessions at once.
        ...connections(address).map(
          ({ tool, target }) =>
            `timeout 30 ${tool} set-connection ${target} -- set connection . inactivity_probe=60000`,
        ),
      ].join('\n'),
      limitSeconds: 90,
    },
    { after: [central] },
  );
  return [options, central, listen];
}

function connections(address: string) {
  return [
    { tool: 'ovn-nbctl', target: `ptcp:${ports.ovnNorthbound}:${address}` },
    { tool: 'ovn-sbctl', target: `ptcp:${ports.ovnSouthbound}:${address}` },
  ] as const;
}

function centralOptions(cloud: Cloud, host: Host): string {
  const hosts = controlHosts(cloud);
  if (hosts.length === 1) return '';
  const first = firstControl(cloud);
  const own = host.addresses.management;
  const join =
    host === first
      ? []
      : [
          `--db-nb-cluster-remote-addr=${first.addresses.management}`,
          `--db-sb-cluster-remote-addr=${first.addresses.management}`,
        ];
  const all = (port: number) => hosts.map((member) => `tcp:${member.addresses.management}:${port}`).join(',');
  return [
    `--db-nb-addr=${own}`,
    `--db-sb-addr=${own}`,
    `--db-nb-cluster-local-addr=${own}`,
    `--db-sb-cluster-local-addr=${own}`,
    ...join,
    `--ovn-northd-nb-db=${all(ports.ovnNorthbound)}`,
    `--ovn-northd-sb-db=${all(ports.ovnSouthbound)}`,
  ].join(' ');
}
