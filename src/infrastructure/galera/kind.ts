import type { ClusterKind } from '../../engine/resource.ts';
import { shellProgram } from '../../resources/program.ts';
import { decideGalera } from './decide.ts';
import type { GaleraDesired } from './desired.ts';
import stateScript from './state.sh';
import { type GaleraState, parseGaleraState } from './state.ts';

export const galeraKind: ClusterKind<GaleraDesired, GaleraState> = {
  via: 'cluster',
  name: 'galera',
  read: ({ platform, transfer }) =>
    shellProgram(stateScript, {
      unit: platform.unit,
      data: platform.data,
      position: platform.position,
      account: transfer.account,
    }),
  parse: parseGaleraState,
  decide: decideGalera,
};
