import type { Client } from '../../api/client.ts';
import { createOnce, oneNamed, referred } from './named.ts';
import { createIn, deleteIn, given, listOf, type Owned, ownedBy, type Port, updateIn } from './neutron.ts';
import {
  counted,
  differing,
  inProject,
  objectKind,
  objectResource,
  setDifference,
  titleOf,
} from './object.ts';
import { type InProject, neededProject, type ProjectDirectory, readProjects } from './projects.ts';

interface GroupKey extends InProject {
  readonly name: string;
}

export interface SecurityRule {
  readonly direction: 'ingress' | 'egress';
  /** Default: IPv4. */
  readonly ethertype?: 'IPv4' | 'IPv6';
  /** `tcp`, `udp`, `icmp`, a number; any when left out. */
  readonly protocol?: string;
  /** One port, or the first and the last; for ICMP the type and the code. */
  readonly ports?: number | readonly [first: number, last: number];
  readonly remotePrefix?: string;
  /** A group of the same project by name, or any by id. */
  readonly remoteGroup?: string;
}

export interface SecurityGroupDescription extends GroupKey {
  readonly description?: string;
  readonly stateful?: boolean;
  /** Exactly these, and those of `openEgress`. */
  readonly rules: readonly SecurityRule[];
  /** Allow everything out, as Neutron does in a new group; default: true. */
  readonly openEgress?: boolean;
}

interface FoundRule {
  readonly id: string;
  readonly direction: string;
  readonly ethertype: string;
  readonly protocol: string | null;
  readonly port_range_min: number | null;
  readonly port_range_max: number | null;
  readonly remote_ip_prefix: string | null;
  readonly remote_group_id: string | null;
}

interface Group extends Owned {
  readonly description: string;
  readonly stateful?: boolean;
  readonly security_group_rules: readonly FoundRule[];
}

interface Groups extends ProjectDirectory {
  readonly groups: readonly Group[];
  /** Read only where a group is to be removed. */
  readonly ports: readonly Port[];
}

type RuleFields = Omit<FoundRule, 'id'>;

const OPEN_EGRESS: readonly SecurityRule[] = [
  { direction: 'egress', ethertype: 'IPv4' },
  { direction: 'egress', ethertype: 'IPv6' },
];

const title = titleOf('security group');

function wantedRules(desired: SecurityGroupDescription): readonly SecurityRule[] {
  return desired.openEgress === false ? desired.rules : [...OPEN_EGRESS, ...desired.rules];
}

function remoteGroup(directory: Groups, desired: SecurityGroupDescription, reference: string) {
  const byId = directory.groups.find((group) => group.id === reference);
  return byId ?? referred(ownedBy(directory, directory.groups, desired), reference, 'security group');
}

/** The rule as Neutron keeps it; `self` stands for the group's own id, which a new group does not have yet. */
function fieldsOfRule(
  rule: SecurityRule,
  desired: SecurityGroupDescription,
  directory: Groups,
  self: string | undefined,
): RuleFields {
  const [first, last] = typeof rule.ports === 'number' ? [rule.ports, rule.ports] : (rule.ports ?? []);
  const reference = rule.remoteGroup;
  const remote =
    reference === undefined
      ? undefined
      : reference === desired.name
        ? self
        : (remoteGroup(directory, desired, reference)?.id ?? reference);
  return {
    direction: rule.direction,
    ethertype: rule.ethertype ?? 'IPv4',
    protocol: rule.protocol ?? null,
    port_range_min: first ?? null,
    port_range_max: last ?? null,
    remote_ip_prefix: rule.remotePrefix ?? null,
    remote_group_id: remote ?? null,
  };
}

/** A rule in one line, the same for equal rules. */
function lineOf(rule: RuleFields, nameOf: (id: string) => string): string {
  // Neutron keeps a rule for everybody with or without the prefix that says so.
  const everybody = ['0.0.0.0/0', '::/0'].includes(rule.remote_ip_prefix ?? '');
  const remote = rule.remote_group_id
    ? ` group ${nameOf(rule.remote_group_id)}`
    : rule.remote_ip_prefix && !everybody
      ? ` ${rule.remote_ip_prefix}`
      : '';
  const range =
    rule.port_range_min === null && rule.port_range_max === null
      ? ''
      : rule.port_range_min === rule.port_range_max
        ? ` ${rule.port_range_min}`
        : ` ${rule.port_range_min}-${rule.port_range_max}`;
  return `${rule.direction} ${rule.ethertype} ${rule.protocol ?? 'any'}${range}${remote}`;
}

/** What `desired` needs in `found`: rules to create, and ids of rules to delete. */
function ruleChanges(desired: SecurityGroupDescription, found: Group, directory: Groups) {
  const nameOf = (id: string) => directory.groups.find((group) => group.id === id)?.name ?? id;
  const wanted = new Map(
    wantedRules(desired).map((rule) => {
      const fields = fieldsOfRule(rule, desired, directory, found.id);
      return [lineOf(fields, nameOf), fields] as const;
    }),
  );
  const present = new Map(found.security_group_rules.map((rule) => [lineOf(rule, nameOf), rule] as const));
  return {
    lines: setDifference('rule', [...present.keys()], [...wanted.keys()]),
    create: [...wanted].filter(([line]) => !present.has(line)).map(([, fields]) => fields),
    remove: [...present].filter(([line]) => !wanted.has(line)).map(([, rule]) => rule.id),
  };
}

function fieldDifferences(desired: SecurityGroupDescription, found: Group): readonly string[] {
  return differing({
    description: [found.description, desired.description],
    stateful: [found.stateful, desired.stateful],
  });
}

async function settleRules(
  api: Client,
  desired: SecurityGroupDescription,
  found: Group,
  directory: Groups,
): Promise<void> {
  const { create, remove } = ruleChanges(desired, found, directory);
  for (const fields of create) {
    const present = Object.entries(fields).filter(([, value]) => value !== null);
    const rule = { ...Object.fromEntries(present), security_group_id: found.id };
    await createOnce(() => createIn(api, 'security-group-rules', rule));
  }
  for (const id of remove) await deleteIn(api, 'security-group-rules', id);
}

export const securityGroup = objectResource(
  objectKind<GroupKey, SecurityGroupDescription, Groups, Group>({
    kind: 'security-group',
    keys: ['name', 'project', 'projectDomain'],
    title,
    async directory(api, items) {
      const absent = items.some((item) => 'absent' in item);
      const [projects, groups, ports] = await Promise.all([
        readProjects(api, items),
        listOf<Group>(api, 'security-groups'),
        absent ? listOf<Port>(api, 'ports') : [],
      ]);
      return { ...projects, groups, ports };
    },
    find: (directory, key) => oneNamed(ownedBy(directory, directory.groups, key), key.name, 'security group'),
    differences: (desired, found, directory) => [
      ...fieldDifferences(desired, found),
      ...ruleChanges(desired, found, directory).lines,
    ],
    async create(api, desired, directory) {
      const project = neededProject(directory, desired, title(desired));
      const { name, description, stateful } = desired;
      const fields = given({ name, description, stateful, project_id: project });
      const made = await createIn<Group>(api, 'security-groups', fields);
      await settleRules(api, desired, made, { ...directory, groups: [...directory.groups, made] });
    },
    async update(api, desired, found, directory) {
      const { name, description, stateful } = desired;
      if (fieldDifferences(desired, found).length > 0)
        await updateIn(api, 'security-groups', found.id, given({ name, description, stateful }));
      await settleRules(api, desired, found, directory);
    },
    loses(found, key, { ports }) {
      const used = ports.filter((port) => port.security_groups.includes(found.id)).length;
      return used > 0 ? `${title(key)}, used by ${counted(used, 'port')}` : undefined;
    },
    remove: (api, found) => deleteIn(api, 'security-groups', found.id),
    outputs: (found) => ({ id: found.id }),
  }),
  inProject,
);
