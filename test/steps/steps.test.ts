import { describe, expect, it } from 'vitest';
import { orderResources, orderSteps, type ResourceGraph } from '../../src/engine/graph.ts';
import { API, CLUSTER, type Resource } from '../../src/engine/resource.ts';
import { fileKind } from '../../src/resources/file.ts';
import { type PackagesDesired, packagesKind } from '../../src/resources/packages.ts';
import { steps } from '../../src/steps/index.ts';
import { removableKinds } from '../../src/steps/kinds.ts';
import { chainedSecrets, publicChained, singleSecrets } from '../../src/vault/table.ts';
import {
  allChecks,
  allInOne,
  allResources,
  appliedSteps,
  type CloudContext,
  files,
  HIDDEN,
  threeControls,
} from './clouds.ts';
import { openStrings, secretsOn, secretsUsed } from './secrets.ts';

const contexts: readonly [string, CloudContext][] = [
  ['all in one', allInOne()],
  [
    'all in one, optional services off',
    allInOne(
      '\nservices: { dashboard: false, orchestration: false, key-manager: false, object-store: false }\n',
    ),
  ],
  ['all in one, with volume backup', allInOne('\nvolume: { backup: true }\n')],
  ['three control hosts', threeControls()],
];

function allNeeds(name: string): ReadonlySet<string> {
  const step = steps.find((candidate) => candidate.name === name);
  return new Set((step?.needs ?? []).flatMap((need) => [need, ...allNeeds(need)]));
}

describe('the list of steps', () => {
  it('names each step once, and each need is a step that comes earlier', () => {
    const names = steps.map((step) => step.name);
    expect(new Set(names).size).toBe(names.length);
    for (const [index, step] of steps.entries()) {
      for (const need of step.needs)
        expect(names.slice(0, index), `${step.name} needs ${need}`).toContain(need);
    }
    expect(orderSteps(steps).map((step) => step.name)).toEqual(names);
  });

  it('leaves out what the description switched off', () => {
    const [, context] = contexts[1] ?? fail();
    const names = appliedSteps(context).map((step) => step.name);
    for (const name of ['dashboard', 'orchestration', 'key-manager']) expect(names).not.toContain(name);
    expect(allResources(context).some(({ id }) => /radosgw|heat-|heat\.|barbican|dashboard/.test(id))).toBe(
      false,
    );
  });
});

describe('kinds that a description may stop to use altogether', () => {
  it('are known to the removal', () => {
    const kindsOf = (context: CloudContext) =>
      allResources(context).flatMap(({ kind }) =>
        kind.via !== 'cluster' && kind.removal ? [kind.name] : [],
      );
    const least = new Set(
      kindsOf(
        allInOne(
          '\nfirewall: { enabled: false }\nservices: { dashboard: false, orchestration: false, key-manager: false, object-store: false }\n',
        ),
      ),
    );
    const gone = new Set(kindsOf(threeControls()).filter((name) => !least.has(name)));
    expect(gone).toContain('firewall');
    const known = new Set(removableKinds.map(({ name }) => name));
    expect([...gone].filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('the secrets of the vault', () => {
  it('are all in use, but for the authority’s key, which signs on this machine', () => {
    const used = new Set(contexts.flatMap(([, context]) => secretsUsed(context)));
    const secret = [
      ...Object.entries(singleSecrets).flatMap(([name, { public: isPublic }]) => (isPublic ? [] : [name])),
      ...chainedSecrets.filter((name) => !publicChained.has(name)),
    ];
    expect(secret.filter((name) => !used.has(name))).toEqual(['tls_ca_key']);
  });
});

describe.each(contexts)('%s', (_name, context) => {
  const { cloud } = context;
  const bySteps = new Map(appliedSteps(context).map((step) => [step.name, step.resources(context)]));
  const stepOf = new Map([...bySteps].flatMap(([name, list]) => list.map(({ id }) => [id, name] as const)));

  it('describes every resource once, on a host of the cloud', () => {
    expect(() => orderResources(appliedSteps(context), bySteps)).not.toThrow();
    const hosts = new Set([API, CLUSTER, ...cloud.hosts.map((host) => host.name)]);
    for (const { id, host } of allResources(context)) {
      expect(hosts).toContain(host);
      expect(id.startsWith(`${host}/`)).toBe(true);
    }
  });

  it('orders the resources of each step without a circle or a loose end', () => {
    const ordered = orderResources(appliedSteps(context), bySteps).byStep;
    for (const [name, list] of bySteps) expect(ordered.get(name)).toHaveLength(list.length);
  });

  it('watches only what is there, in the same step or in one that is done before', () => {
    for (const [name, list] of bySteps) {
      const earlier = new Set([name, ...allNeeds(name)]);
      for (const resource of list) {
        for (const id of resource.watches) {
          expect(stepOf.has(id), `${resource.id} watches ${id}`).toBe(true);
          expect(earlier, `${resource.id} watches ${id}`).toContain(stepOf.get(id));
        }
      }
    }
  });

  it('checks every step, each check under a name of its own and with a limit', () => {
    const hosts = new Set([API, ...cloud.hosts.map((host) => host.name)]);
    for (const step of appliedSteps(context)) {
      const checks = step.checks(context);
      expect(checks, step.name).not.toHaveLength(0);
      expect(new Set(checks.map((check) => check.id)).size).toBe(checks.length);
      for (const check of checks) {
        expect(hosts).toContain(check.host);
        expect(check.limitSeconds).toBeGreaterThan(0);
        expect(check.title).not.toBe('');
      }
    }
  });

  it('puts no secret into a check, an id, or what a command says that it does', () => {
    for (const check of allChecks(context)) {
      const shown = [check.id, check.title, check.via === 'shell' ? check.script : ''].join('\n');
      expect(shown).not.toMatch(HIDDEN);
      // The mask in a script would be a secret put through a template string.
      expect(shown).not.toContain('••••');
    }
    for (const { id, kind, desired } of allResources(context)) {
      expect(id).not.toMatch(HIDDEN);
      expect(id).not.toContain('••••');
      if (kind.name !== 'command') continue;
      const { doing } = desired as { readonly doing: string };
      expect(doing, id).not.toBe('');
      expect(doing).not.toMatch(HIDDEN);
    }
  });

  it('keeps every secret in confidential text', () => {
    for (const { id, desired } of allResources(context)) {
      for (const open of openStrings(desired)) {
        expect(open, id).not.toMatch(HIDDEN);
        expect(open, id).not.toContain('••••');
      }
    }
  });

  it('lets the world read no file with a secret in it, and shows none in a difference', () => {
    const secretFiles = files(context).filter((file) => typeof file.content !== 'string');
    expect(secretFiles.length).toBeGreaterThan(20);
    for (const file of secretFiles) expect(Number.parseInt(file.mode, 8) & 0o007, file.id).toBe(0);
    for (const { kind, desired } of allResources(context)) {
      if (kind !== fileKind) continue;
      const change = fileKind.compare(
        desired as Parameters<typeof fileKind.compare>[0],
        {},
        { touched: false },
      );
      expect(`${change?.summary}\n${change?.difference}`).not.toMatch(HIDDEN);
    }
  });

  it('installs the packages of every step on every host, each named properly', () => {
    for (const step of appliedSteps(context)) {
      if (!step.packages) continue;
      for (const host of cloud.hosts) {
        for (const name of step.packages(context, host.name)) expect(name).toMatch(/^[a-z0-9][a-z0-9+.-]+$/);
      }
    }
    for (const host of cloud.hosts) {
      const wanted = appliedSteps(context).flatMap((step) => step.packages?.(context, host.name) ?? []);
      const installed = (bySteps.get('packages') ?? [])
        .filter((resource) => resource.kind === packagesKind && resource.host === host.name)
        .flatMap((resource) => (resource.desired as PackagesDesired).names);
      expect(new Set(installed)).toEqual(new Set(wanted));
    }
  });

  it('shows one step for all packages, and lets what is on a host wait for the packages of its own step', () => {
    expect(appliedSteps(context).filter(({ name }) => /packages/.test(name))).toHaveLength(1);
    const graph = orderResources(appliedSteps(context), bySteps);
    for (const step of appliedSteps(context)) {
      for (const resource of step.resources(context)) {
        const before = ancestors(resource, graph);
        for (const host of resource.members ?? [resource.host]) {
          const wanted = step.packages?.(context, host) ?? [];
          const installed = new Set(
            before.flatMap((other) =>
              other.kind === packagesKind && other.host === host
                ? (other.desired as PackagesDesired).names
                : [],
            ),
          );
          expect(
            wanted.filter((name) => !installed.has(name)),
            resource.id,
          ).toEqual([]);
        }
      }
    }
  });
});

function ancestors(start: Resource, graph: ResourceGraph): readonly Resource[] {
  const found = new Map<string, Resource>();
  const open = [start];
  for (let next = open.pop(); next; next = open.pop()) {
    for (const id of graph.edgesOf(next)) {
      const resource = graph.get(id);
      if (!resource || found.has(id)) continue;
      found.set(id, resource);
      open.push(resource);
    }
  }
  return [...found.values()];
}

function fail(): never {
  throw new Error('no such context');
}

describe('secrets of three control hosts', () => {
  const context = threeControls();

  it('keep database passwords on the control hosts', () => {
    for (const host of ['compute1', 'compute2', 'storage1', 'storage2', 'storage3']) {
      expect(secretsOn(context, host).filter((name) => name.includes('database'))).toEqual([]);
    }
    expect(secretsOn(context, 'control2')).toContain('nova_database_password');
  });

  it('give a compute host what it uses and nothing else', () => {
    expect(secretsOn(context, 'compute1')).toEqual([
      'ceph_cinder_key',
      'ceph_nova_key',
      'messaging_password',
      'metadata_secret',
      'nova_compute_password',
      'nova_ssh_private_key',
      'tls_hypervisor_host_compute1_key',
      'tls_ovn_host_compute1_key',
    ]);
  });

  it('give a storage host Ceph’s alone, and the gateway’s password where there is one', () => {
    for (const name of secretsOn(context, 'storage1'))
      expect(name).toMatch(/^(ceph|rgw)_|^swift_password$|^tls_gateway_host_storage1_/);
    // The object-store user is made once, on the first gateway.
    expect(secretsOn(context, 'storage2').filter((name) => name.startsWith('rgw_'))).toEqual([]);
  });

  it('give the keys of the authorities, which sign certificates, to no host', () => {
    for (const host of context.cloud.hosts) {
      const names = secretsOn(context, host.name);
      expect(names.filter((name) => /^tls_(\w+_)?ca_key$/.test(name))).toEqual([]);
    }
  });
});
