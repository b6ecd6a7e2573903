import type { Finding, ShellCheck } from '../engine/check.ts';
import { plain } from '../secrets/confidential.ts';
import type { MonitorDesired } from './ceph/desired.ts';
import { monitorKind } from './ceph/kind.ts';
import type { GaleraDesired } from './galera/desired.ts';
import { galeraKind } from './galera/kind.ts';
import { type OvnDatabaseDesired, titleOf } from './ovn/desired.ts';
import { ovnDatabaseKind } from './ovn/kind.ts';
import { nodeOf, type RabbitmqDesired } from './rabbitmq/desired.ts';
import { rabbitmqKind } from './rabbitmq/kind.ts';

/**
 * Whether one member of a cluster is whole again: a step's check of each member, and the gate that must hold before
 * the next member restarts. Read with the same scripts from which the decisions are made.
 */
interface Options {
  readonly id: string;
  readonly title: string;
  readonly host: string;
  readonly limitSeconds: number;
}

const no = (sentence: string): Finding => ({ ok: false, sentence });

export function galeraCheck(desired: GaleraDesired, host: string): ShellCheck {
  const members = desired.members.length;
  const title = members === 1 ? 'MariaDB answers' : 'MariaDB is a synced member of the whole cluster';
  return check(
    { id: `database-${host}`, title, host, limitSeconds: desired.transferLimitSeconds },
    plain(galeraKind.read(desired, host)),
    (output) => {
      const { server } = galeraKind.parse(output, host);
      if (!server) return no('MariaDB does not answer');
      if (members === 1) return { ok: true, sentence: 'MariaDB answers' };
      return {
        ok: server.primary && server.localState === 'Synced' && server.size >= members,
        sentence: `${server.size} of ${members} members, this one ${server.primary ? '' : 'not primary, '}${server.localState}`,
      };
    },
  );
}

export function rabbitmqCheck(desired: RabbitmqDesired, host: string): ShellCheck {
  const members = desired.members.length;
  return check(
    {
      id: `messaging-${host}`,
      title: 'RabbitMQ sees every member and no partition',
      host,
      limitSeconds: 120,
    },
    plain(rabbitmqKind.read(desired, host)),
    (output) => {
      const { broker } = rabbitmqKind.parse(output, host);
      if (!broker?.application) return no('RabbitMQ does not run');
      const seen = desired.members.filter((member) => broker.running.includes(nodeOf(member.host))).length;
      const partition = broker.partitioned ? ', a partition is reported' : '';
      return {
        ok: seen === members && !broker.partitioned,
        sentence: `${seen} of ${members} members run${partition}`,
      };
    },
  );
}

export function ovnDatabaseCheck(desired: OvnDatabaseDesired, host: string): ShellCheck {
  const members = desired.members.length;
  const title = members === 1 ? 'answers' : 'is a member of its cluster and has a leader';
  return check(
    {
      id: `${desired.database === 'OVN_Northbound' ? 'ovn-nb' : 'ovn-sb'}-${host}`,
      title: `the ${titleOf(desired)} ${title}`,
      host,
      limitSeconds: 60,
    },
    plain(ovnDatabaseKind.read(desired, host)),
    (output) => {
      const { answers, raft } = ovnDatabaseKind.parse(output, host);
      if (!answers) return no('the database does not answer');
      if (members === 1) return { ok: true, sentence: 'the database answers' };
      if (!raft) return no('the database is not clustered');
      const leader = raft.leader === 'unknown' ? 'without a leader' : raft.role;
      return {
        ok: raft.status === 'cluster member' && raft.leader !== 'unknown' && raft.servers.length >= members,
        sentence: `${raft.status}, ${leader}, ${raft.servers.length} of ${members} servers`,
      };
    },
  );
}

export function monitorCheck(desired: MonitorDesired, host: string): ShellCheck {
  return check(
    { id: `ceph-monitor-${host}`, title: 'the Ceph monitor is in the quorum', host, limitSeconds: 120 },
    plain(monitorKind.read(desired, host)),
    (output) => {
      const { status } = monitorKind.parse(output, host);
      if (!status) return no('the monitor does not answer');
      const ok = status.state === 'leader' || status.state === 'peon';
      return { ok, sentence: `${status.state}, ${status.quorum.length} in the quorum` };
    },
  );
}

function check(options: Options, script: string, judge: (output: string) => Finding): ShellCheck {
  return {
    via: 'shell',
    ...options,
    script,
    judge: ({ stdout, stderr }) => {
      const finding = judge(stdout);
      return finding.ok || stderr === '' ? finding : { ...finding, evidence: stderr };
    },
  };
}
