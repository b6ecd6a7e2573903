import type { Cloud, Host } from '../../cloud/cloud.ts';
import { reached } from '../../cloud/reached.ts';
import { hostsWith } from '../../cloud/topology.ts';
import type { Finding, ShellCheck } from '../../engine/check.ts';
import type { StepContext } from '../../engine/step.ts';
import { shellProgram } from '../../resources/index.ts';
import { plain } from '../../secrets/confidential.ts';
import monitors from './monitors.sh';
import status from './status.sh';
import write from './write.sh';

/** Whether the health is good, all daemons are up, and every pool can be written and read. */
export function cephChecks(context: StepContext<Cloud>, pools: readonly string[]): readonly ShellCheck[] {
  const { cloud } = context;
  const host = reached(context, hostsWith(cloud, 'mon'))[0];
  if (!host) return [];
  return [
    {
      via: 'shell',
      id: 'ceph-health',
      title: 'all Ceph daemons are up and the health is good',
      host: host.name,
      limitSeconds: 180,
      script: plain(shellProgram([monitors, status])),
      judge: ({ exitCode, stdout, stderr }) =>
        exitCode === 0
          ? judgeStatus(context, stdout)
          : { ok: false, sentence: `ceph does not answer: ${stderr.trim()}` },
    },
    {
      via: 'shell',
      id: 'ceph-write',
      title: 'an object can be written to every pool and read back',
      host: host.name,
      limitSeconds: 60,
      script: plain(shellProgram(write, {}, pools)),
      judge: ({ exitCode, stderr }) =>
        exitCode === 0
          ? { ok: true, sentence: `${pools.length} pools can be written and read` }
          : { ok: false, sentence: 'a pool cannot be written or read', evidence: stderr },
    },
  ];
}

/** Whether a monitor is in the quorum, as it reports itself. */
export function quorumCheck(host: Host): ShellCheck {
  return {
    via: 'shell',
    id: `ceph-quorum-${host.name}`,
    title: `the monitor on ${host.name} is in the quorum`,
    host: host.name,
    limitSeconds: 60,
    script: `timeout 10 ceph daemon mon.${host.name} mon_status`,
    judge: ({ exitCode, stdout, stderr }) => {
      const state = /"state": "(\w+)"/.exec(stdout)?.[1] ?? 'unknown';
      const ok = exitCode === 0 && (state === 'leader' || state === 'peon');
      return { ok, sentence: `the monitor is ${state}`, ...(!ok && { evidence: stderr }) };
    },
  };
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

/**
 * Warnings about heartbeats that took longer than a second at some time in the last 15 minutes. They say that the hosts were
 * busy, as they are while a cloud is deployed, and stay long after that (docs.ceph.com, "Health checks").
 */
const SLOW_BEFORE = /^OSD_SLOW_PING_TIME_(BACK|FRONT)$/;

/** With hosts missing, Ceph's own warning is expected; the daemons of the hosts that were reached must all be up. */
function judgeStatus(context: StepContext<Cloud>, output: string): Finding {
  const status = JSON.parse(output) as CephStatus;
  const { cloud } = context;
  const complete = context.facts.size === cloud.hosts.length;
  const monitors = hostsWith(cloud, 'mon');
  const osdsOf = (hosts: readonly Host[]) => hosts.reduce((sum, host) => sum + host.devices.length, 0);
  const osds = osdsOf(hostsWith(cloud, 'osd'));
  const present = osdsOf(reached(context, hostsWith(cloud, 'osd')));
  const { num_up_osds: up, num_in_osds: inside } = status.osdmap;
  const reasons = Object.values(status.health.checks ?? {}).map((check) => check.summary.message);
  const sentence = `${status.health.status}: ${status.quorum_names.length} of ${monitors.length} monitors, ${up} of ${osds} OSDs up, ${inside} in, manager ${status.mgrmap.available ? 'available' : 'missing'}${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}`;
  const codes = Object.keys(status.health.checks ?? {});
  const good =
    status.health.status === 'HEALTH_OK' ||
    (codes.length > 0 && codes.every((code) => SLOW_BEFORE.test(code)));
  const healthy = status.health.status !== 'HEALTH_ERR' && (good || !complete);
  const quorum = reached(context, monitors).every((host) => status.quorum_names.includes(host.name));
  const ok = healthy && quorum && up >= present && (!complete || inside === osds) && status.mgrmap.available;
  return { ok, sentence };
}
