import type { Decision } from '../../engine/resource.ts';
import { shellProgram } from '../../resources/program.ts';
import { act } from '../members.ts';
import start from '../start.sh';
import bootstrap from './bootstrap.sh';
import type { GaleraDesired } from './desired.ts';
import position from './position.sh';
import stop from './stop.sh';

/** Starting a server includes the crash recovery of its storage engine, which takes minutes on large data. */
const START_LIMIT_SECONDS = 1800;

/** Makes `host` the first member; its data becomes the cluster's. */
export function bootstrapOn(desired: GaleraDesired, host: string, summary: string): Decision {
  const { unit, data, stamp } = desired.platform;
  const script = shellProgram([stop, bootstrap], { unit, data, stamp, position: desired.platform.position });
  return act(host, summary, script, START_LIMIT_SECONDS);
}

/** Starts the server; returns as soon as it is ready, has failed, or has begun to copy data. */
export function startOn(desired: GaleraDesired, host: string, summary: string): Decision {
  const { unit, stamp } = desired.platform;
  return act(host, summary, shellProgram(start, { unit, stamp }), 120);
}

/** Stops the server of a member outside any primary component, and notes how far its data is. */
export function positionOn(desired: GaleraDesired, host: string): Decision {
  const { unit, position: file } = desired.platform;
  return act(
    host,
    `stop MariaDB on ${host} and find how far its data is`,
    shellProgram([stop, position], { unit, position: file }),
    START_LIMIT_SECONDS,
  );
}

/** Makes the account with which a donor reads its data. */
export function accountOn(desired: GaleraDesired, host: string): Decision {
  const { account } = desired.transfer;
  return act(
    host,
    `create the account that copies data to joining members on ${host}`,
    `mariadb --skip-ssl <<'SQL'
create user if not exists '${account}'@'localhost' identified via unix_socket;
grant reload, process, lock tables, replication client on *.* to '${account}'@'localhost';
SQL`,
    60,
  );
}
