export { type ComputeFlavor, computeFlavor } from './kinds/flavor.ts';
export {
  type IdentityDomain,
  type IdentityProject,
  type IdentityRole,
  identityDomain,
  identityProject,
  identityRole,
} from './kinds/identity.ts';
export { type IdentityService, identityService } from './kinds/service.ts';
export { type IdentityUser, identityUser } from './kinds/user.ts';
export { type DesiredVolumeType, volumeType } from './kinds/volumeType.ts';
