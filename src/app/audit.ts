import { inspections } from '../audit/inspections.ts';
import {
  countOf,
  OUTSIDE,
  type Probe,
  probeLimit,
  probeScript,
  probesOf,
  READ_ADDRESSES,
} from '../audit/probes.ts';
import type { Surroundings } from '../audit/reach.ts';
import { answersOf, reachVerdicts } from '../audit/reached.ts';
import { READ_SOCKETS, type Socket, socketsOf } from '../audit/sockets.ts';
import { exitCodeOf, type Inspection, type Verdict } from '../audit/verdict.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { otherCloud } from '../engine/reach.ts';
import { CloudwrightError, type Problem } from '../errors/problem.ts';
import { sideBySide } from '../hosts/bundle.ts';
import type { AllFacts, Connections, HostFacts, ShellResult } from '../hosts/connection.ts';
import { readFacts } from '../hosts/facts.ts';
import { plain } from '../secrets/confidential.ts';
import { steps } from '../steps/index.ts';
import { listenersOf } from '../steps/listeners.ts';
import { type Caller, note } from './caller.ts';
import { certificatesOf, type ListedCertificate } from './certificates.ts';
import { openWithVault } from './open.ts';
import { withReach } from './reach.ts';
import { testClientOf } from './testClient.ts';

export interface AuditRequest {
  /** The description. */
  readonly file: string;
  /** Leaves out the package lists, and the ports that nothing names and on which nothing listens. */
  readonly quick?: boolean;
  readonly now?: Date;
}

export interface AuditReport {
  readonly ok: boolean;
  readonly verdicts: readonly Verdict[];
}

/**
 * Reads and probes the hosts, and says where the cloud is not closed. Changes nothing. A host that does not answer is
 * a verdict. Rejects with VAULT_*, and with HOST_OF_OTHER_CLOUD.
 */
export async function audit(request: AuditRequest, caller: Caller): Promise<AuditReport> {
  const { cloud, vault } = await openWithVault(request.file, caller, {});
  const { now = new Date() } = request;
  const fromVault = vaultVerdicts(certificatesOf(cloud, vault.generated, now));
  const fromHosts = await withReach(cloud, caller, async ({ connections }) =>
    auditHosts(cloud, connections, request, caller),
  );
  const verdicts = [...fromHosts, ...fromVault];
  return { ok: exitCodeOf(verdicts) === 0, verdicts };
}

/** The same for hosts within reach, without what the vault says. */
export async function auditHosts(
  cloud: Cloud,
  connections: Connections,
  { quick = false, now = new Date() }: Pick<AuditRequest, 'quick' | 'now'>,
  caller: Pick<Caller, 'emit'>,
): Promise<readonly Verdict[]> {
  const { facts, lost } = await factsOfAll(cloud, connections);
  const around: Surroundings = { cloud, facts, listeners: listenersOf(cloud) };
  const wanted = inspections(around, steps, () => now).filter(({ thorough }) => !(quick && thorough));
  const { verdicts: inside, sockets } = await lookInside(wanted, facts, connections);
  const outside = await outsideAddresses(cloud, connections);
  const probes = probesOf(around, { sockets, all: !quick, outside });
  const ports = probes.reduce((sum, probe) => sum + countOf(probe), 0);
  note(caller, `Trying ${ports} ports at ${probes.length} addresses`);
  const probed = await probeAll(around, probes, sockets, connections);
  return [...lost, ...inside, ...probed];
}

/** Addresses of the place outside the cloud; undefined where it is one of the hosts. */
async function outsideAddresses(
  cloud: Cloud,
  connections: Connections,
): Promise<readonly string[] | undefined> {
  const place = cloud.test.vantage;
  if (typeof place === 'object' && 'host' in place) return undefined;
  const { stdout } = await testClientOf(cloud, connections)(READ_ADDRESSES, 30);
  return stdout.split('\n').filter((line) => line !== '');
}

async function factsOfAll(
  cloud: Cloud,
  connections: Connections,
): Promise<{ readonly facts: AllFacts; readonly lost: readonly Verdict[] }> {
  const facts = new Map<string, HostFacts>();
  const lost: Verdict[] = [];
  const foreign: Problem[] = [];
  const subject = { ...cloud, id: plain(cloud.secrets.cloud_id) };
  const found = await Promise.all(
    cloud.hosts.map(async ({ name }) => {
      try {
        return await readFacts(await connections.get(name));
      } catch (error) {
        lost.push(lostVerdict(name, error));
        return undefined;
      }
    }),
  );
  for (const [index, own] of found.entries()) {
    const name = cloud.hosts[index]?.name;
    if (own === undefined || name === undefined) continue;
    const other = otherCloud(name, subject, own);
    if (other) foreign.push(other);
    facts.set(name, own);
  }
  if (foreign.length > 0) throw new CloudwrightError(foreign);
  return { facts, lost };
}

function lostVerdict(host: string, error: unknown): Verdict {
  const [problem] = error instanceof CloudwrightError ? error.problems : [];
  if (!problem) throw error;
  return {
    topic: 'hosts',
    state: 'fail',
    where: host,
    what: `not audited: ${problem.what}`,
    next: problem.next,
  };
}

/** All inspections of a host in one request, with what listens there. */
async function lookInside(
  wanted: readonly Inspection[],
  facts: AllFacts,
  connections: Connections,
): Promise<{
  readonly verdicts: readonly Verdict[];
  readonly sockets: ReadonlyMap<string, readonly Socket[]>;
}> {
  const sockets = new Map<string, readonly Socket[]>();
  const perHost = await Promise.all(
    [...facts.keys()].map(async (host) => {
      const own = wanted.filter((one) => one.host === host);
      const bundle = sideBySide([READ_SOCKETS, ...own.map(({ script }) => script)]);
      const limitSeconds = own.reduce((sum, one) => sum + one.limitSeconds, 0);
      try {
        const connection = await connections.get(host);
        const result = await connection.run({ script: bundle.script, limitSeconds, doing: 'audit it' });
        const [listening, ...pieces] = bundle.split(result);
        // Without an answer, the inspection of the listeners fails as well.
        sockets.set(host, socketsOf(listening?.stdout.split('\n') ?? []));
        return own.flatMap((one, index) => one.judge(pieces[index] ?? NOTHING));
      } catch (error) {
        return [lostVerdict(host, error)];
      }
    }),
  );
  return { verdicts: perHost.flat(), sockets };
}

const NOTHING: ShellResult = { exitCode: 1, stdout: '', stderr: '' };

async function probeAll(
  around: Surroundings,
  probes: readonly Probe[],
  sockets: ReadonlyMap<string, readonly Socket[]>,
  connections: Connections,
): Promise<readonly Verdict[]> {
  const places = [...new Set(probes.map(({ from }) => from))];
  const answered = await Promise.all(
    places.map(async (place) => {
      const own = probes.filter(({ from }) => from === place);
      const { stdout, stderr } = await probeFrom(around.cloud, place, own, connections);
      const answers = answersOf(stdout, own);
      return { answers: answers ?? [], faults: answers ? [] : [probeFault(place, stderr)] };
    }),
  );
  return [
    ...reachVerdicts(
      around,
      answered.flatMap(({ answers }) => answers),
      sockets,
    ),
    ...answered.flatMap(({ faults }) => faults),
  ];
}

async function probeFrom(
  cloud: Cloud,
  place: string,
  probes: readonly Probe[],
  connections: Connections,
): Promise<ShellResult> {
  const script = probeScript(probes);
  const limitSeconds = probeLimit(probes);
  if (place === OUTSIDE) return await testClientOf(cloud, connections)(script, limitSeconds);
  try {
    const connection = await connections.get(place);
    return await connection.run({ script, limitSeconds, doing: 'try the ports of other hosts' });
  } catch (error) {
    return { ...NOTHING, stderr: lostVerdict(place, error).what };
  }
}

function probeFault(place: string, stderr: string): Verdict {
  const reason = stderr.trim().split('\n').at(-1);
  return {
    topic: 'reach',
    // A machine outside the cloud may lack what a host has.
    state: place === OUTSIDE ? 'warning' : 'fail',
    where: place,
    what: `no port could be tried from here${reason ? `: ${reason}` : ''}`,
    next: 'Install python3 there, and repeat the audit as a user who may enter the network namespace, if one is described.',
  };
}

/** Days from which on the end of a certificate is near. */
const SOON = 30;

/** What the vault says of certificates that will end soon; those on the hosts are read there. */
export function vaultVerdicts(certificates: readonly ListedCertificate[]): readonly Verdict[] {
  const near = certificates.flatMap((certificate) => vaultVerdict(certificate));
  if (near.length > 0) return near;
  const first = Math.min(...certificates.map(({ daysLeft }) => daysLeft));
  const what = `${certificates.length} certificates in the vault; the first ends in ${first} days`;
  return [{ topic: 'certificates', where: 'cloud', state: 'pass', what }];
}

function vaultVerdict({ domain, holder, daysLeft, state }: ListedCertificate): readonly Verdict[] {
  const at = { topic: 'certificates', where: 'cloud' } as const;
  const name = `${domain}, ${holder}`;
  if (state === 'next-apply')
    return [
      {
        ...at,
        state: 'warning',
        what: `${name}: a new certificate is not on the hosts yet`,
        next: 'Run cloudwright apply.',
      },
    ];
  if (daysLeft >= SOON) return [];
  const ended = state === 'ended' || daysLeft < 0;
  const what = ended ? `${name}: has ended` : `${name}: ends in ${daysLeft} days`;
  return [{ ...at, state: ended ? 'fail' : 'warning', what, next: renewal(holder, state) }];
}

function renewal(holder: string, state: ListedCertificate['state']): string {
  if (holder === 'authority')
    return 'Replace the authority before that day; every certificate that it has signed changes with it.';
  return state === 'own'
    ? 'Put a new certificate of your own into the vault with cloudwright vault edit, then run cloudwright apply.'
    : 'Run cloudwright certificates renew, then cloudwright apply.';
}
