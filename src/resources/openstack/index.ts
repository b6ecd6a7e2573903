export { type HostAggregate, hostAggregate } from './aggregate.ts';
export { type RoleAssignmentKey, roleAssignment } from './assignments.ts';
export { type ComputeFlavor, computeFlavor } from './flavor.ts';
export {
  type IdentityDomain,
  type IdentityProject,
  type IdentityRole,
  identityDomain,
  identityProject,
  identityRole,
} from './identity.ts';
export { type ImageContent, type ImageDescription, image } from './image.ts';
export { type Keypair, keypair } from './keypair.ts';
export { type NetworkDescription, network, type Provider } from './network.ts';
export type { Absent } from './object.ts';
export { type PortDescription, port } from './port.ts';
export { type ProjectQuota, projectQuota } from './quota.ts';
export { computeServiceRecord, networkAgentRecord, volumeServiceRecord } from './records.ts';
export { type RouterDescription, router } from './router.ts';
export { type SecurityGroupDescription, type SecurityRule, securityGroup } from './securityGroup.ts';
export { type IdentityService, identityService } from './service.ts';
export { type SubnetDescription, subnet } from './subnet.ts';
export { type IdentityUser, identityUser } from './user.ts';
export { type DesiredVolumeType, volumeType } from './volumeType.ts';
