import type { PolicyRule } from './definition.ts';

/**
 * Roles for calls between services that the defaults of 2025.1 leave to the administrator of the cloud. Each counts in
 * one API only, and only users of control hosts (or of the object gateway) have one.
 */
export const serviceRoles = {
  /** Administrator of Nova. */
  compute: 'compute_admin',
  /** Administrator of Cinder. */
  volume: 'volume_admin',
  /** Reads the EC2 credentials of users in Keystone. */
  credentials: 'credential_reader',
} as const;

const SERVICE = 'rule:service_api';

/**
 * Neutron and Cinder tell Nova of events (os-server-external-events). Its own rule is not all: Nova finds the instances
 * of other projects in its database for an administrator only (context_is_admin).
 */
export const computePolicy: readonly PolicyRule[] = [
  { rule: 'context_is_admin', default: 'role:admin', or: `role:${serviceRoles.compute}` },
];

/**
 * What Nova reads with its own user and Neutron does not leave to the role `service` by itself: floating IP addresses,
 * subnets, the physical network and security groups of an instance's ports (nova.network.neutron).
 */
export const networkPolicy: readonly PolicyRule[] = [
  // Neutron enforces it and defines no rule of this name, so its rule for everything else would decide.
  { rule: 'update_port:device_id', default: 'rule:admin_or_owner', or: SERVICE },
  { rule: 'get_port:resource_request', default: 'rule:admin_only', or: SERVICE },
  { rule: 'get_network:segments', default: 'rule:admin_only', or: SERVICE },
  { rule: 'get_network:provider:network_type', default: 'rule:admin_only', or: SERVICE },
  { rule: 'get_network:provider:physical_network', default: 'rule:admin_only', or: SERVICE },
  {
    rule: 'get_subnet',
    default:
      'role:reader and project_id:%(project_id)s or rule:shared or rule:external_network or (rule:admin_only) or (role:reader and rule:network_owner)',
    or: SERVICE,
  },
  { rule: 'get_subnet:segment_id', default: 'rule:admin_only', or: SERVICE },
  {
    rule: 'get_floatingip',
    default: '(rule:admin_only) or (role:reader and project_id:%(project_id)s)',
    or: SERVICE,
  },
  {
    rule: 'get_security_group',
    default: '(rule:admin_only) or (role:reader and project_id:%(project_id)s) or rule:shared_security_group',
    or: SERVICE,
  },
];

/**
 * Without the token of a user, as in the tasks that it does by itself, Nova asks with its own. On control hosts that is
 * an administrator of Cinder (`nova-manage volume_attachment`). A compute host may only give up attachments: it does so
 * for an instance whose deletion it did not complete before it was restarted.
 */
export const volumePolicy: readonly PolicyRule[] = [
  { rule: 'context_is_admin', default: 'role:admin', or: `role:${serviceRoles.volume}` },
  {
    rule: 'volume:attachment_delete',
    default: 'rule:xena_system_admin_or_project_member',
    // Cinder adds its deprecated rule to a default that no file changes (enforce_new_defaults is off there).
    or: 'rule:admin_or_owner or role:service',
  },
];

/** The object gateway needs the secret of an S3 user to check an upload that is signed in pieces. */
export const identityPolicy: readonly PolicyRule[] = [
  {
    rule: 'identity:ec2_get_credential',
    default:
      '(rule:admin_required) or (role:reader and system_scope:all) or user_id:%(target.credential.user_id)s',
    or: `role:${serviceRoles.credentials}`,
  },
];
