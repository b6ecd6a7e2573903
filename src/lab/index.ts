export { labDown, labRemains } from './down.ts';
export { labCut, labHeal, labPartition } from './faults.ts';
export { labLayers, labSaveLayer } from './layers.ts';
export { type LabLocation, labDirectory } from './names.ts';
export { labRestore, labSnapshot } from './snapshots.ts';
export { commandLine, sshToNode } from './ssh.ts';
export type { LabNode, LabState } from './state.ts';
export { type LabUpOptions, labUp } from './up.ts';
export { type LabStatus, labExec, labStatus } from './use.ts';
