export type { TestClient } from './acceptance/guest.ts';
export type { ProviderRange } from './acceptance/provider.ts';
export type { AcceptanceRow } from './acceptance/rows.ts';
export { type AcceptanceInput, type AcceptanceResult, acceptance } from './acceptance.ts';
export {
  computeServicesCheck,
  dashboardCheck,
  imageServiceCheck,
  networkAgentsCheck,
  placementCheck,
  secretStoreCheck,
  stackCheck,
  tokenCheck,
  volumeServicesCheck,
} from './apiChecks.ts';
export { expectationsOf } from './expectations.ts';
export type { AgentExpectation, ComputeExpectation, ServiceExpectation } from './judgements.ts';
export { type ToolboxExpectations, type ToolboxReport, toolbox } from './toolbox.ts';
export type { Table, Verdict } from './verdict.ts';
