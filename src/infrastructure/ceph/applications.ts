import type { Cloud } from '../../cloud/cloud.ts';
import { hostsWith } from '../../cloud/topology.ts';
import type { Resource } from '../../engine/resource.ts';
import { command } from '../../resources/index.ts';
import { ports } from '../shared/endpoints.ts';

const MARKER = '/var/lib/cloudwright/ceph/pool-applications';

/**
 * Says what the pools that Ceph's own daemons make are for. The object gateway and the manager make a pool first and
 * tag it then, and never again where the pool exists: a power cut in between left HEALTH_WARN behind for good. Done
 * once, after the gateway has made what it needs to answer.
 */
export function poolApplications(cloud: Cloud, after: readonly Resource[]): readonly Resource[] {
  const [first] = hostsWith(cloud, 'mon');
  if (!first) return [];
  const gateways = cloud.services.has('object-store') ? hostsWith(cloud, 'rgw') : [];
  const answered = gateways.map((host) => `answers ${host.addresses.management} ${ports.objectGateway}`);
  return [
    command(
      first.name,
      'ceph-pool-applications',
      {
        doing: 'say what the pools of the daemons are for',
        unless: `[ -e ${MARKER} ]`,
        script: [
          'set -e',
          'answers() {',
          '  left=150',
          '  until bash -c "exec 3<>/dev/tcp/$1/$2" 2>/dev/null; do',
          '    left=$((left - 1))',
          '    if [ $left -eq 0 ]; then echo "the object gateway does not answer on $1:$2" >&2; exit 1; fi',
          '    sleep 0.2',
          '  done',
          '}',
          ...answered,
          'pools=$(ceph osd pool ls detail)',
          `printf '%s\\n' "$pools" | sed -n "/ application /!s/^pool [0-9]* '\\([^']*\\)'.*/\\1/p" | while read -r pool; do`,
          '  case $pool in',
          '    .mgr) ceph osd pool application enable "$pool" mgr;;',
          '    .rgw.*|*.rgw.*) ceph osd pool application enable "$pool" rgw;;',
          '  esac',
          'done',
          `: > ${MARKER}`,
        ].join('\n'),
        limitSeconds: 90,
      },
      { after },
    ),
  ];
}
