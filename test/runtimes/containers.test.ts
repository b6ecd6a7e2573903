import { describe, expect, it } from 'vitest';
import { orderResources } from '../../src/engine/graph.ts';
import type { Resource } from '../../src/engine/resource.ts';
import { debian13 } from '../../src/platform/debian-13/table.ts';
import type { CommandDesired } from '../../src/resources/command.ts';
import { serviceStep } from '../../src/runtimes/serviceStep.ts';
import { systemd } from '../../src/runtimes/systemd/index.ts';
import { reveal } from '../../src/secrets/confidential.ts';
import { deployedServices, processesOf } from '../../src/services/derived.ts';
import { allInOne, threeControls } from '../steps/clouds.ts';
import { containers } from './containers.ts';

describe.each([
  ['one host', allInOne('\nvolume: { backup: true }\n')],
  ['three control hosts', threeControls()],
])('every service in containers, %s', (_name, context) => {
  const { cloud } = context;
  const deployed = deployedServices(cloud);
  const rendered = new Map(
    deployed.map((service) => {
      const step = serviceStep(service, { runtime: containers });
      return [service.name, { service, step, resources: step.resources(context) }] as const;
    }),
  );
  const all = [...rendered.values()].flatMap(({ resources }) => resources);
  const byId = new Map(all.map((resource) => [resource.id, resource]));

  it('runs each process on each of its hosts, and starts no unit', () => {
    for (const { service } of rendered.values()) {
      for (const process of processesOf(service, cloud)) {
        if (process.kind === 'component') continue;
        for (const host of process.on(cloud)) {
          const { user } = debian13.projects[service.project] ?? { user: 'unknown' };
          expect([...byId.keys()]).toContain(`${host.name}/command:container-${user}-${process.name}`);
        }
      }
    }
    expect(all.filter(({ id }) => id.includes('/service:'))).toEqual([]);
    expect(all.filter(({ id }) => id.includes('/file:/etc/systemd/'))).toEqual([]);
  });

  it('runs migrations in the image, before any process of the service', () => {
    for (const { service, resources } of rendered.values()) {
      const schemas = resources.filter(({ id }) => id.includes('/command:schema-'));
      for (const { desired } of schemas) {
        const { script } = desired as CommandDesired;
        expect(reveal(script)).toContain('run() { podman run --rm --net host --user');
        expect(reveal(script)).toContain('podman image inspect');
        expect(reveal(script)).not.toMatch(/setpriv|dpkg/);
      }
      const processes = resources.filter(({ id }) => id.includes('/command:container-'));
      for (const process of processes)
        for (const schema of schemas)
          expect(reaches(process, schema.id), `${service.name} ${process.id}`).toBe(true);
    }
  });

  it('keeps the configuration, accounts and checks that it has under systemd', () => {
    for (const { service, step, resources } of rendered.values()) {
      const other = serviceStep(service, { runtime: systemd });
      const kept = (list: readonly Resource[]) =>
        list
          .filter(({ id }) =>
            /^API\/|\/(mysql-|file:\/etc\/(nova|glance|keystone|neutron|cinder|heat|barbican|placement|ceph)\/)/.test(
              id,
            ),
          )
          .map(({ id }) => id);
      expect(kept(resources)).toEqual(kept(other.resources(context)));
      expect(step.checks(context).map(({ id }) => id)).toEqual(other.checks(context).map(({ id }) => id));
    }
  });

  it('has no loose end', () => {
    const steps = [...rendered.values()].map(({ step }) => ({ ...step, needs: [] }));
    const graph = orderResources(
      steps,
      new Map([...rendered].map(([name, { resources }]) => [name, resources])),
    );
    expect([...graph.unmet]).toEqual([]);
  });

  it('needs the container engine alone on a host', () => {
    for (const { step } of rendered.values()) {
      const packages = new Set(cloud.hosts.flatMap(({ name }) => step.packages?.(context, name) ?? []));
      expect([...packages]).toEqual(['podman']);
    }
  });

  function reaches({ after, watches }: Resource, id: string): boolean {
    return [...after, ...watches].some((next) => {
      const found = byId.get(next);
      return next === id || (found !== undefined && reaches(found, id));
    });
  }
});
