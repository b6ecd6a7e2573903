export { hostAggregate } from './aggregate.ts';
export { roleAssignment } from './assignments.ts';
export { computeFlavor } from './flavor.ts';
export {
  identityDomain,
  identityProject,
  identityRole,
} from './identity.ts';
export { image } from './image.ts';
export { keypair } from './keypair.ts';
export { network } from './network.ts';
export { port } from './port.ts';
export { projectQuota } from './quota.ts';
export { computeServiceRecord, networkAgentRecord, volumeServiceRecord } from './records.ts';
export { router } from './router.ts';
export { securityGroup } from './securityGroup.ts';
export { identityService } from './service.ts';
export { subnet } from './subnet.ts';
export { identityUser } from './user.ts';
export { volumeType } from './volumeType.ts';
