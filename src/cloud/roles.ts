import type { Role } from './cloud.ts';

/** The roles of Ceph; `storage` in a description is short for all of them. */
export const storageRoles = ['mon', 'mgr', 'osd', 'rgw'] as const satisfies readonly Role[];

/** Every role of a host, in the order in which people read them. */
export const everyRole: readonly Role[] = ['control', 'network', 'compute', ...storageRoles];

/** Roles as a description names them. */
export const roleNames = ['control', 'network', 'compute', 'storage', ...storageRoles] as const;

export type RoleName = (typeof roleNames)[number];

/** The roles that a name in a description means. */
export function rolesNamed(name: RoleName): readonly Role[] {
  return name === 'storage' ? storageRoles : [name];
}

/** Whether a name of a description is a role of Ceph, or `storage`. */
export function isStorageRole(name: RoleName | Role): boolean {
  return name === 'storage' || storageRoles.some((role) => role === name);
}
