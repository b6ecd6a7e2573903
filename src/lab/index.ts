export type { Report } from '../system/command.ts';
export { labDown, labRemains, type Remains } from './down.ts';
export { labCut, labHeal, labPartition } from './faults.ts';
export { labLayers, labSaveLayer } from './layers.ts';
export { DEFAULT_LAB_NAME, type LabLocation, labDirectory } from './names.ts';
export { labRestore, labSnapshot, labSnapshots } from './snapshots.ts';
export type { LabNode, LabState } from './state.ts';
export { type LabUpOptions, labUp } from './up.ts';
export { type LabNodeStatus, type LabStatus, labExec, labSsh, labStatus } from './use.ts';
