import type { ClusterKind } from '../../engine/resource.ts';
import { shellProgram } from '../../resources/program.ts';
import { decideRabbitmq } from './decide.ts';
import { nodeOf, type RabbitmqDesired } from './desired.ts';
import stateScript from './state.sh';
import { parseRabbitmqState, type RabbitmqState } from './state.ts';

export const rabbitmqKind: ClusterKind<RabbitmqDesired, RabbitmqState> = {
  via: 'cluster',
  name: 'rabbitmq',
  read: ({ platform }, member) =>
    shellProgram(stateScript, {
      unit: platform.unit,
      user: platform.user,
      data: platform.data,
      node: nodeOf(member),
    }),
  parse: parseRabbitmqState,
  decide: decideRabbitmq,
};
