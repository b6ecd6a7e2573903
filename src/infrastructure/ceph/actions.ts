import type { Decision } from '../../engine/resource.ts';
import { shellProgram } from '../../resources/program.ts';
import { act } from '../members.ts';
import start from '../start.sh';
import { type MonitorDesired, stampOf, storeOf, unitOf } from './desired.ts';
import make from './make.sh';

const LIMIT_SECONDS = 120;

export function startOn(desired: MonitorDesired, host: string): Decision {
  const script = shellProgram(start, { unit: unitOf(desired, host), stamp: stampOf(desired, host) });
  return act(host, `start the Ceph monitor on ${host}`, script, LIMIT_SECONDS);
}

/** One of the first monitors, which all know one another from the map that they are created with. */
export function formOn(desired: MonitorDesired, host: string): Decision {
  const monitors = desired.members.flatMap(({ host: name, address }) => [
    '--addv',
    name,
    `[v2:${address}:3300,v1:${address}:6789]`,
  ]);
  return makeOn(desired, host, `create the Ceph monitor on ${host}`, monitors);
}

/** A monitor that copies everything from those in the quorum. */
export function joinOn(desired: MonitorDesired, host: string): Decision {
  return makeOn(desired, host, `create the Ceph monitor on ${host} and join it to the cluster`, []);
}

function makeOn(
  desired: MonitorDesired,
  host: string,
  summary: string,
  monitors: readonly string[],
): Decision {
  const script = shellProgram(
    make,
    {
      unit: unitOf(desired, host),
      data: storeOf(desired, host),
      id: host,
      fsid: desired.fsid,
      keyring: desired.keyring,
      user: desired.platform.user,
      stamp: stampOf(desired, host),
    },
    monitors,
  );
  return act(host, summary, script, LIMIT_SECONDS);
}
