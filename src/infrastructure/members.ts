import type { Decision, Member } from '../engine/resource.ts';
import type { ErrorCode } from '../errors/catalogue/index.ts';
import { problem } from '../errors/problem.ts';

/** A host that the description makes a member. */
export interface DescribedMember {
  readonly host: string;
  /** The address that the members use among themselves. */
  readonly address: string;
}

/**
 * `converge`: reach the described state without risk to data. `recover`: the operator has accepted that data on
 * members which cannot be reached is lost.
 */
export type Wish = 'converge' | 'recover';

export const nothing: Decision = { do: 'nothing' };

export function wait(waitFor: string, limitSeconds: number): Decision {
  return { do: 'wait', waitFor, limitSeconds };
}

export function act(
  host: string,
  summary: string,
  script: Extract<Decision, { do: 'act' }>['change']['script'],
  limitSeconds: number,
  loses?: string,
): Decision {
  return {
    do: 'act',
    host,
    change: { summary, script, limitSeconds, ...(loses !== undefined && { loses }) },
  };
}

/** `hosts` are the hosts that the problem is about; the first is its place. */
export function refuse(
  code: ErrorCode,
  hosts: readonly string[],
  details: Readonly<Record<string, string | number>>,
  evidence?: string,
): Decision {
  const [host] = hosts;
  return {
    do: 'refuse',
    problem: problem(code, {
      details: { hosts: hosts.join(', '), ...details },
      ...(host !== undefined && { place: { kind: 'cloud', host } }),
      evidence,
    }),
  };
}

export interface ReachedMember<State> {
  readonly host: string;
  readonly state: State;
}

export interface Survey<State> {
  /** In the order of the description, which decides nothing but ties between equal members. */
  readonly reached: readonly ReachedMember<State>[];
  readonly unreachable: readonly string[];
}

/** What the described members say; members that the description does not name are ignored. */
export function survey<State>(
  described: readonly DescribedMember[],
  members: ReadonlyMap<string, Member<State>>,
): Survey<State> {
  const reached: ReachedMember<State>[] = [];
  const unreachable: string[] = [];
  for (const { host } of described) {
    const member = members.get(host);
    if (member?.reachable) reached.push({ host, state: member.state });
    else unreachable.push(host);
  }
  return { reached, unreachable };
}

/** The `name=value` lines of a state script; the value is everything after the first equals sign. */
export function fieldsOf(output: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of output.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) fields.set(line.slice(0, at), line.slice(at + 1).trim());
  }
  return fields;
}

/** The words of a field. */
export function wordsOf(field: string | undefined): readonly string[] {
  return (field ?? '').split(/\s+/).filter((word) => word !== '');
}

/** What systemd says about a member's service. */
export type ServiceState =
  /** Running; systemd has seen its readiness. */
  | 'active'
  /** Its start is under way. */
  | 'starting'
  | 'stopping'
  /** Its last start or run ended with a failure; systemd may be about to start it again. */
  | 'failed'
  | 'inactive';

/** From `ActiveState` and `SubState`. */
export function serviceStateOf(active: string | undefined, sub: string | undefined): ServiceState {
  if (active === 'active' || active === 'reloading') return 'active';
  if (active === 'activating') return sub === 'auto-restart' ? 'failed' : 'starting';
  if (active === 'deactivating') return 'stopping';
  return active === 'failed' ? 'failed' : 'inactive';
}

/** The value of a JSON text; undefined where it is none, as when a daemon was cut off. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value when it is an object. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
