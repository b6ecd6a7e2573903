import { fieldsOf, jsonOf, objectOf, type ServiceState, serviceStateOf, wordsOf } from '../members.ts';

/** What the node answers. Nodes are named as `rabbit@control1`. */
export interface RabbitmqBroker {
  /** The broker's application runs; a paused or half joined node has only the Erlang machine. */
  readonly application: boolean;
  readonly members: readonly string[];
  readonly running: readonly string[];
  readonly partitioned: boolean;
  readonly queues: number;
  readonly users: readonly string[];
  /** The different sets of nodes that quorum queues and streams have replicas on. */
  readonly replicas: readonly (readonly string[])[];
}

export interface RabbitmqState {
  readonly complete: boolean;
  readonly installed: boolean;
  readonly service: ServiceState;
  /** The cluster that the node's store belongs to, itself included; empty without a store. */
  readonly known: readonly string[];
  /** It does not answer, and its cookie or its settings of TLS were written after its start. */
  readonly outdated: boolean;
  /** Undefined where the node does not run or does not answer. */
  readonly broker: RabbitmqBroker | undefined;
}

export function parseRabbitmqState(output: string): RabbitmqState {
  const fields = fieldsOf(output);
  return {
    complete: fields.get('end') === 'yes',
    installed: fields.get('installed') === 'yes',
    service: serviceStateOf(fields.get('ActiveState'), fields.get('SubState')),
    known: wordsOf(fields.get('known')),
    outdated: fields.get('outdated') === 'yes',
    broker: brokerOf(fields.get('answer')),
  };
}

function brokerOf(text: string | undefined): RabbitmqBroker | undefined {
  const answer = text === undefined ? undefined : objectOf(jsonOf(text));
  if (!answer) return undefined;
  return {
    application: answer.application === true,
    members: textsOf(answer.members),
    running: textsOf(answer.running),
    partitioned: Array.isArray(answer.partitions) && answer.partitions.length > 0,
    queues: typeof answer.queues === 'number' ? answer.queues : 0,
    users: textsOf(answer.users),
    replicas: Array.isArray(answer.replicas) ? answer.replicas.map(textsOf) : [],
  };
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
