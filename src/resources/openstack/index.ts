import type { AnyKind } from '../../engine/resource.ts';
import { hostAggregate } from './aggregate.ts';
import { roleAssignment } from './assignments.ts';
import { computeFlavor } from './flavor.ts';
import { identityDomain, identityProject, identityRole } from './identity.ts';
import { image } from './image.ts';
import { keypair } from './keypair.ts';
import { network } from './network.ts';
import { port } from './port.ts';
import { projectQuota } from './quota.ts';
import { computeServiceRecord, networkAgentRecord, volumeServiceRecord } from './records.ts';
import { router } from './router.ts';
import { securityGroup } from './securityGroup.ts';
import { identityService } from './service.ts';
import { subnet } from './subnet.ts';
import { identityUser, identityUserRoles, userKind } from './user.ts';
import { volumeType } from './volumeType.ts';

export {
  computeFlavor,
  computeServiceRecord,
  hostAggregate,
  identityDomain,
  identityProject,
  identityRole,
  identityService,
  identityUser,
  identityUserRoles,
  image,
  keypair,
  network,
  networkAgentRecord,
  port,
  projectQuota,
  roleAssignment,
  router,
  securityGroup,
  subnet,
  volumeServiceRecord,
  volumeType,
};

/** All kinds behind the APIs, by which a run removes what no step describes any more. */
export const openstackKinds: readonly AnyKind[] = [
  computeFlavor.kind,
  computeServiceRecord.kind,
  hostAggregate.kind,
  identityDomain.kind,
  identityProject.kind,
  identityRole.kind,
  identityService.kind,
  userKind,
  image.kind,
  keypair.kind,
  network.kind,
  networkAgentRecord.kind,
  port.kind,
  projectQuota.kind,
  roleAssignment.kind,
  router.kind,
  securityGroup.kind,
  subnet.kind,
  volumeServiceRecord.kind,
  volumeType.kind,
];
