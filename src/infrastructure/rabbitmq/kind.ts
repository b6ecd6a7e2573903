import type { ClusterKind } from '../../engine/resource.ts';
import { shellProgram } from '../../resources/program.ts';
import ask from './ask.sh';
import { askParameters } from './ask.ts';
import { decideRabbitmq } from './decide.ts';
import { nodeOf, type RabbitmqDesired } from './desired.ts';
import stateScript from './state.sh';
import { parseRabbitmqState, type RabbitmqState } from './state.ts';

export const rabbitmqKind: ClusterKind<RabbitmqDesired, RabbitmqState> = {
  via: 'cluster',
  name: 'rabbitmq',
  read: ({ platform }, member) =>
    shellProgram(
      [ask, stateScript],
      { ...askParameters(platform.user, platform.data), unit: platform.unit, node: nodeOf(member) },
      platform.connections,
    ),
  parse: parseRabbitmqState,
  decide: decideRabbitmq,
};
