import type { Cloud } from '../../cloud/cloud.ts';
import { controlHosts, hostsWith, vip } from '../../cloud/topology.ts';
import type { Finding, ShellCheck } from '../../engine/check.ts';
import { ports } from '../shared/endpoints.ts';
import { poolsOf } from './keyrings.ts';

/** The guides' questions: is the health good, are all daemons there, do the pools take and give data? */
export function cephChecks(cloud: Cloud): readonly ShellCheck[] {
  const first = hostsWith(cloud, 'mon')[0];
  if (!first) return [];
  const gateway: ShellCheck = {
    via: 'shell',
    id: 'object-gateway',
    title: 'the object store answers through the VIP',
    host: controlHosts(cloud)[0]?.name ?? first.name,
    limitSeconds: 60,
    script: `curl -s -m 5 http://${vip(cloud)}:${ports.objectStore}/`,
    judge: ({ stdout }) =>
      stdout.includes('ListAllMyBucketsResult')
        ? { ok: true, sentence: 'the S3 service lists buckets for an anonymous caller' }
        : { ok: false, sentence: 'no S3 answer yet', evidence: stdout.slice(0, 500) },
  };
  return [
    {
      via: 'shell',
      id: 'ceph-health',
      title: 'all Ceph daemons are up and the health is good',
      host: first.name,
      limitSeconds: 120,
      script: 'ceph --connect-timeout 5 -f json status',
      judge: ({ exitCode, stdout, stderr }) =>
        exitCode === 0
          ? judgeStatus(cloud, stdout)
          : { ok: false, sentence: `ceph gives no answer: ${stderr.trim()}` },
    },
    {
      via: 'shell',
      id: 'ceph-write',
      title: 'every pool takes an object and gives it back',
      host: first.name,
      limitSeconds: 60,
      script: [
        'set -e',
        'probe=$(mktemp)',
        'trap \'rm -f "$probe" "$probe.out"\' EXIT',
        'date +%s.%N > "$probe"',
        `for pool in ${poolsOf(cloud).join(' ')}; do`,
        '  timeout 10 rados -p "$pool" put cloudwright-probe "$probe"',
        '  timeout 10 rados -p "$pool" get cloudwright-probe "$probe.out"',
        '  cmp "$probe" "$probe.out"',
        '  timeout 10 rados -p "$pool" rm cloudwright-probe',
        'done',
      ].join('\n'),
      judge: ({ exitCode, stderr }) =>
        exitCode === 0
          ? { ok: true, sentence: `${poolsOf(cloud).length} pools take and give data` }
          : { ok: false, sentence: 'a pool does not take or give data', evidence: stderr },
    },
    ...(cloud.services.has('object-store') && hostsWith(cloud, 'rgw').length > 0 ? [gateway] : []),
  ];
}

interface CephStatus {
  readonly health: {
    readonly status: string;
    readonly checks?: Record<string, { readonly summary: { readonly message: string } }>;
  };
  readonly quorum_names: readonly string[];
  readonly osdmap: { readonly num_osds: number; readonly num_up_osds: number; readonly num_in_osds: number };
  readonly mgrmap: { readonly available: boolean };
}

function judgeStatus(cloud: Cloud, output: string): Finding {
  const status = JSON.parse(output) as CephStatus;
  const monitors = hostsWith(cloud, 'mon').length;
  const osds = cloud.hosts
    .filter((host) => host.roles.has('osd'))
    .reduce((sum, host) => sum + host.devices.length, 0);
  const { num_up_osds: up, num_in_osds: inside } = status.osdmap;
  const reasons = Object.values(status.health.checks ?? {}).map((check) => check.summary.message);
  const sentence = `${status.health.status}: ${status.quorum_names.length} of ${monitors} monitors, ${up} of ${osds} OSDs up, ${inside} in, manager ${status.mgrmap.available ? 'available' : 'missing'}${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}`;
  const ok =
    status.health.status === 'HEALTH_OK' &&
    status.quorum_names.length === monitors &&
    up === osds &&
    inside === osds &&
    status.mgrmap.available;
  return { ok, sentence };
}
