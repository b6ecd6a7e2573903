import { fieldsOf, type ServiceState, serviceStateOf } from '../members.ts';

/** A server as another one lists it. */
export interface RaftServer {
  /** The first four digits of its id. */
  readonly sid: string;
  /** `ssl:10.0.0.1:6643` */
  readonly address: string;
  /** Milliseconds since its last message; undefined for the server itself and where nothing was heard yet. */
  readonly silentMilliseconds: number | undefined;
}

export interface RaftStatus {
  /** `cluster member`, `joining cluster`, `left cluster`, `disconnected …`. */
  readonly status: string;
  readonly role: 'leader' | 'follower' | 'candidate' | 'unknown';
  /** `self`, the four digits of a server's id, or `unknown`. */
  readonly leader: string;
  /** Milliseconds */
  readonly electionTimer: number;
  /** Entries of the log that are not in the database that clients see. */
  readonly unapplied: number;
  readonly servers: readonly RaftServer[];
}

export interface OvnDatabaseState {
  readonly complete: boolean;
  readonly installed: boolean;
  readonly service: ServiceState;
  readonly file: 'none' | 'standalone' | 'clustered' | 'damaged';
  /** The cluster that a clustered file belongs to; undefined before it has joined. */
  readonly cid: string | undefined;
  readonly sid: string | undefined;
  /** The address under which a clustered file takes part in its cluster, for good: `ssl:10.0.0.1:6643`. */
  readonly local: string | undefined;
  /** Rows of the table that tells a used standalone database from an empty one; undefined where unknown. */
  readonly rows: number | undefined;
  /** The server answers on its control socket. */
  readonly answers: boolean;
  readonly raft: RaftStatus | undefined;
}

const NO_CLUSTER = '00000000-0000-0000-0000-000000000000';

export function parseOvnDatabaseState(output: string): OvnDatabaseState {
  const fields = fieldsOf(output);
  const cid = fields.get('cid');
  const rows = fields.get('rows');
  return {
    complete: fields.get('end') === 'yes',
    installed: fields.get('installed') === 'yes',
    service: serviceStateOf(fields.get('ActiveState'), fields.get('SubState')),
    file: fileKind(fields.get('file')),
    cid: cid === undefined || cid === '' || cid === NO_CLUSTER ? undefined : cid,
    sid: fields.get('sid') || undefined,
    local: fields.get('local') || undefined,
    rows: rows === undefined ? undefined : Number(rows),
    answers: fields.get('answers') === 'yes',
    raft: raftStatus(fields, output),
  };
}

function fileKind(field: string | undefined): OvnDatabaseState['file'] {
  return field === 'standalone' || field === 'clustered' || field === 'damaged' ? field : 'none';
}

function raftStatus(fields: ReadonlyMap<string, string>, output: string): RaftStatus | undefined {
  const status = fields.get('status');
  if (status === undefined) return undefined;
  const role = fields.get('role');
  return {
    status,
    role: role === 'leader' || role === 'follower' || role === 'candidate' ? role : 'unknown',
    leader: fields.get('leader') ?? 'unknown',
    electionTimer: Number(fields.get('timer') ?? 0),
    unapplied: Number(fields.get('unapplied') ?? 0),
    servers: [...output.matchAll(/^server=(\S+) (\S+)(?: (\d+))?$/gm)].map(([, sid, address, silent]) => ({
      sid: sid ?? '',
      address: address ?? '',
      silentMilliseconds: silent === undefined ? undefined : Number(silent),
    })),
  };
}
