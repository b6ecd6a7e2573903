import type { Cloud, Host } from '../../cloud/cloud.ts';
import { controlHosts } from '../../cloud/topology.ts';
import type { Resource } from '../../engine/resource.ts';
import { command } from '../../resources/index.ts';
import { schema } from '../shared/schema.ts';

/**
 * Nova's two databases and its cells. The cell mappings hold templates that every service fills from its own
 * nova.conf: no password is stored in them, none is an argument, and a changed one needs no second place.
 */
export function cells(cloud: Cloud, host: Host, after: readonly Resource[]): readonly Resource[] {
  const account = `${host.name}/mysql-user:nova`;
  const api = schema(host.name, 'nova_api', {
    database: 'nova_api',
    package: 'nova-common',
    user: 'nova',
    script: 'run nova-manage api_db sync',
    after: [...after, account],
  });
  const database = '{scheme}://{username}:{password}@{hostname}:{port}/';
  const brokers = controlHosts(cloud);
  const transport =
    brokers.length === 1
      ? '{scheme}://{username}:{password}@{hostname}:{port}/{path}'
      : `{scheme}://${brokers.map((_, index) => `{username${index}}:{password${index}}@{hostname${index}}:{port${index}}`).join(',')}/{path}`;
  const mapping = command(
    host.name,
    'nova-cells',
    {
      doing: 'map the cells',
      unless: `[ "$(mariadb -N -B -e "select count(*) from nova_api.cell_mappings where name in ('cell0', 'cell1')")" = 2 ]`,
      script: [
        'set -e',
        'run() { setpriv --reuid=nova --regid=nova --init-groups -- "$@"; }',
        'has() { [ -n "$(mariadb -N -B -e "select 1 from nova_api.cell_mappings where name=\'$1\'")" ]; }',
        `has cell0 || run nova-manage cell_v2 map_cell0 --database_connection '${database}nova_cell0?{query}'`,
        `has cell1 || run nova-manage cell_v2 create_cell --name cell1 --database_connection '${database}nova?{query}' --transport-url '${transport}'`,
      ].join('\n'),
      limitSeconds: 120,
    },
    { after: [api] },
  );
  const main = schema(host.name, 'nova', {
    database: 'nova',
    package: 'nova-common',
    user: 'nova',
    script: 'run nova-manage db sync',
    after: [mapping],
  });
  return [api, mapping, main];
}
