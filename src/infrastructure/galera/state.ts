import { fieldsOf, type ServiceState, serviceStateOf, wordsOf } from '../members.ts';

/** What a server that answers says. */
export interface GaleraServer {
  /** It replicates; a plain server does not. */
  readonly replicates: boolean;
  /** `wsrep_cluster_status` is exactly `Primary`. */
  readonly primary: boolean;
  readonly clusterUuid: string;
  readonly size: number;
  /** `wsrep_local_state_comment`: `Synced`, `Donor/Desynced`, `Joiner` … */
  readonly localState: string;
  /** Addresses of the members that this one sees, itself included. */
  readonly incoming: readonly string[];
  /** The account that a donor copies its data with is there; undefined where the server does not say. */
  readonly transferAccount: boolean | undefined;
}

export interface GaleraState {
  /** The state script ran to its end. */
  readonly complete: boolean;
  readonly installed: boolean;
  readonly service: ServiceState;
  /** Seconds since the present start of the service began; 0 where unknown. */
  readonly age: number;
  /** How many times systemd has started the service again by itself. */
  readonly restarts: number;
  /** The cluster that the data belongs to; undefined where it never was part of one. */
  readonly uuid: string | undefined;
  /** How far the data of a stopped member is; undefined where that is not known yet. */
  readonly seqno: number | undefined;
  readonly safeToBootstrap: boolean;
  /** Databases other than the server's own. */
  readonly databases: readonly string[];
  /** A copy from another member was begun and has not ended: what is there is worthless. */
  readonly copying: boolean;
  /** The last primary component that the member was in, by the members' run-time ids. Kept across a power cut. */
  readonly view: { readonly own: string; readonly members: readonly string[] } | undefined;
  /** Undefined where the server does not run or does not answer. */
  readonly server: GaleraServer | undefined;
}

const NO_UUID = '00000000-0000-0000-0000-000000000000';

export function parseGaleraState(output: string): GaleraState {
  const fields = fieldsOf(output);
  const uuid = known(fields.get('uuid'));
  const own = fields.get('own');
  const [positionUuid, positionSeqno] = (fields.get('position') ?? '').split(':');
  const position = positionUuid === uuid ? seqnoOf(positionSeqno) : undefined;
  return {
    complete: fields.get('end') === 'yes',
    installed: fields.get('installed') === 'yes',
    service: serviceStateOf(fields.get('ActiveState'), fields.get('SubState')),
    age: Number(fields.get('age') ?? 0),
    restarts: Number(fields.get('NRestarts') ?? 0),
    uuid,
    seqno: seqnoOf(fields.get('seqno')) ?? position,
    safeToBootstrap: fields.get('safe') === '1',
    databases: wordsOf(fields.get('databases')),
    copying: fields.get('copying') === 'yes',
    view: own === undefined ? undefined : { own, members: wordsOf(fields.get('view')) },
    server: serverOf(fields),
  };
}

function known(uuid: string | undefined): string | undefined {
  return uuid === undefined || uuid === '' || uuid === NO_UUID ? undefined : uuid;
}

/** -1 in grastate.dat says that the server did not stop in order. */
function seqnoOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function serverOf(fields: ReadonlyMap<string, string>): GaleraServer | undefined {
  const on = fields.get('wsrep_on');
  if (on === undefined) return undefined;
  const account = fields.get('transfer_account');
  return {
    replicates: on === '1',
    primary: on === '1' && fields.get('wsrep_cluster_status') === 'Primary',
    clusterUuid: fields.get('wsrep_cluster_state_uuid') ?? '',
    size: Number(fields.get('wsrep_cluster_size') ?? 0),
    localState: fields.get('wsrep_local_state_comment') ?? '',
    incoming: (fields.get('wsrep_incoming_addresses') ?? '')
      .split(',')
      .map((address) => address.trim().replace(/:\d+$/, ''))
      .filter((address) => address !== ''),
    transferAccount: account === undefined ? undefined : account !== '0',
  };
}
