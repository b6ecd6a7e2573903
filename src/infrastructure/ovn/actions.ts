import type { Decision } from '../../engine/resource.ts';
import { quote } from '../../hosts/quote.ts';
import { shellProgram } from '../../resources/program.ts';
import { act } from '../members.ts';
import start from '../start.sh';
import create from './create.sh';
import { type OvnDatabaseDesired, raftAddress, titleOf } from './desired.ts';
import join from './join.sh';

const LIMIT_SECONDS = 120;

export function startOn(desired: OvnDatabaseDesired, host: string): Decision {
  const { unit, stamp } = desired.platform;
  const summary = `start the ${titleOf(desired)} on ${host}`;
  return act(host, summary, shellProgram(start, { unit, stamp }), LIMIT_SECONDS);
}

/** Creates the database, or makes a standalone one the first member of a cluster with all its rows. */
export function createOn(desired: OvnDatabaseDesired, host: string, summary: string): Decision {
  const { unit, file, schema, stamp } = desired.platform;
  const clustered = desired.members.length > 1;
  const local = clustered ? addressOf(desired, host) : '';
  return act(
    host,
    summary,
    shellProgram(create, { unit, file, schema, stamp, local, timer: desired.electionTimer }),
    LIMIT_SECONDS,
  );
}

export function joinOn(desired: OvnDatabaseDesired, host: string, remotes: readonly string[]): Decision {
  const { unit, file, stamp } = desired.platform;
  return act(
    host,
    `join ${host} to the cluster of the ${titleOf(desired)}`,
    shellProgram(
      join,
      { unit, file, stamp, database: desired.database, local: addressOf(desired, host) },
      remotes,
    ),
    LIMIT_SECONDS,
  );
}

export function kickOn(desired: OvnDatabaseDesired, leader: string, sid: string, address: string): Decision {
  return act(
    leader,
    `remove the server ${address} from the cluster of the ${titleOf(desired)}`,
    control(desired, `cluster/kick ${desired.database} ${quote(sid)}`),
    LIMIT_SECONDS,
  );
}

/** The timer can at most double at a time; the next reading decides about the next step. */
export function timerOn(desired: OvnDatabaseDesired, leader: string, milliseconds: number): Decision {
  return act(
    leader,
    `set the election timer of the ${titleOf(desired)} to ${milliseconds} ms`,
    control(desired, `cluster/change-election-timer ${desired.database} ${milliseconds}`),
    LIMIT_SECONDS,
  );
}

function control(desired: OvnDatabaseDesired, command: string): string {
  return `timeout 30 ovn-appctl -t ${quote(desired.platform.control)} ${command}`;
}

function addressOf(desired: OvnDatabaseDesired, host: string): string {
  const member = desired.members.find((candidate) => candidate.host === host);
  return member ? raftAddress(desired, member) : '';
}
