import type { ClusterKind } from '../../engine/resource.ts';
import { shellProgram } from '../../resources/program.ts';
import { decideOvnDatabase } from './decide.ts';
import { contentTable, type OvnDatabaseDesired } from './desired.ts';
import stateScript from './state.sh';
import { type OvnDatabaseState, parseOvnDatabaseState } from './state.ts';

export const ovnDatabaseKind: ClusterKind<OvnDatabaseDesired, OvnDatabaseState> = {
  via: 'cluster',
  name: 'ovn-database',
  read: (desired) =>
    shellProgram(stateScript, {
      unit: desired.platform.unit,
      file: desired.platform.file,
      control: desired.platform.control,
      database: desired.database,
      table: contentTable(desired),
    }),
  parse: parseOvnDatabaseState,
  decide: decideOvnDatabase,
};
