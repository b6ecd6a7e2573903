import { controlHosts, hostsWith } from '../cloud/topology.ts';
import type { Migration, ServiceContext } from './definition.ts';

/** Filled by every service from its own nova.conf: no password is stored in the mapping, none is an argument. */
const DATABASE = '{scheme}://{username}:{password}@{hostname}:{port}/';

/**
 * How the broker is reached, by Nova's template. With several brokers their parts are numbered from 1
 * (nova/objects/cell_mapping.py).
 */
export function transportTemplate(brokers: number): string {
  if (brokers === 1) return '{scheme}://{username}:{password}@{hostname}:{port}/{path}';
  const parts = Array.from({ length: brokers }, (_, index) => {
    const number = index + 1;
    return `{username${number}}:{password${number}}@{hostname${number}}:{port${number}}`;
  });
  return `{scheme}://${parts.join(',')}/{path}`;
}

/** Nova's databases and its cells. */
export function cellMigrations({ cloud }: ServiceContext): readonly Migration[] {
  const transport = transportTemplate(controlHosts(cloud).length);
  return [
    { kind: 'schema', database: 'nova_api', command: 'nova-manage api_db sync' },
    {
      kind: 'command',
      name: 'nova-cells',
      doing: 'map the cells',
      unless: `[ "$(query "select transport_url from nova_api.cell_mappings where name = 'cell1'")" = '${transport}' ]
[ -n "$(query "select 1 from nova_api.cell_mappings where name = 'cell0'")" ]`,
      script: `has() { [ -n "$(query "select 1 from nova_api.cell_mappings where name = '$1'")" ]; }
has cell0 || run nova-manage cell_v2 map_cell0 --database_connection '${DATABASE}nova_cell0?{query}'
if has cell1; then
  cell=$(query "select uuid from nova_api.cell_mappings where name = 'cell1'")
  run nova-manage cell_v2 update_cell --cell_uuid "$cell" --name cell1 --database_connection '${DATABASE}nova?{query}' --transport-url '${transport}'
else
  run nova-manage cell_v2 create_cell --name cell1 --database_connection '${DATABASE}nova?{query}' --transport-url '${transport}'
fi`,
      limitSeconds: 900,
    },
    { kind: 'schema', database: 'nova', command: 'nova-manage db sync' },
  ];
}

/**
 * Compute hosts are mapped to their cell when they have registered. A scheduler could do it every few seconds, but
 * only one of them may, and there is one on each control host.
 */
export function hostDiscovery({ cloud, facts }: ServiceContext): readonly Migration[] {
  const wanted = hostsWith(cloud, 'compute')
    .map((host) => host.name)
    .filter((name) => facts.has(name));
  const list = wanted.map((name) => `'${name}'`).join(', ');
  return [
    {
      kind: 'command',
      name: 'nova-host-mappings',
      doing: 'map the compute hosts to their cell',
      unless: `[ "$(query "select count(*) from nova_api.host_mappings where host in (${list})")" = ${wanted.length} ]`,
      script: `registered() { [ "$(query "select count(distinct host) from nova.compute_nodes where deleted = 0 and host in (${list})")" = ${wanted.length} ]; }
left=1200
until registered; do
  left=$((left - 1))
  if [ $left -eq 0 ]; then echo "not all of ${wanted.join(', ')} have registered with Nova within 600 s" >&2; exit 1; fi
  sleep 0.5
done
run nova-manage cell_v2 discover_hosts --by-service`,
      limitSeconds: 900,
    },
  ];
}
