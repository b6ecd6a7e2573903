import { describe, expect, it } from 'vitest';
import type { Cloud } from '../../src/cloud/cloud.ts';
import { orderResources } from '../../src/engine/graph.ts';
import { httpSection } from '../../src/infrastructure/load-balancer/haproxy.ts';
import { debian13 } from '../../src/platform/debian-13/table.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { serviceStep } from '../../src/runtimes/serviceStep.ts';
import { systemd } from '../../src/runtimes/systemd/index.ts';
import { Confidential, reveal } from '../../src/secrets/confidential.ts';
import {
  balancedProcesses,
  catalogTypes,
  cephClients,
  cephPools,
  deployedServices,
  urls,
} from '../../src/services/derived.ts';
import { services } from '../../src/services/index.ts';
import { network } from '../../src/services/network.ts';
import { type CloudContext, iniSection, threeControls } from '../steps/clouds.ts';
import { dns, withDns } from './dns.ts';

/** The reference cloud with the invented service switched on and its secrets in the vault. */
function cloudWithDns(): CloudContext {
  const { cloud, facts } = threeControls();
  const hidden = (name: string) => ({ [name]: new Confidential(`hidden-${name}-`) });
  const secrets = {
    ...cloud.secrets,
    ...hidden('designate_password'),
    ...hidden('designate_database_password'),
    ...hidden('designate_pool_key'),
    ...hidden('ceph_designate_key'),
  };
  return {
    cloud: { ...cloud, services: new Set([...cloud.services, 'dns']) as Cloud['services'], secrets },
    facts,
  };
}

const context = cloudWithDns();
const { cloud } = context;
const glance = debian13.projects.glance;
if (!glance) throw new Error('a platform has Glance');
const platform: Platform = {
  ...debian13,
  projects: {
    ...debian13.projects,
    designate: {
      ...glance,
      user: 'designate',
      group: 'designate',
      configuration: '/etc/designate',
      processes: {
        api: { packages: ['designate-api'], unit: 'designate-api', wsgi: '/usr/bin/designate-api-wsgi' },
        worker: { packages: ['designate-worker'], unit: 'designate-worker' },
      },
    },
  },
};

describe('tables that are derived from the definitions', () => {
  it('have what a new service says', () => {
    const balanced = balancedProcesses(cloud, withDns).find(({ section }) => section === 'dns');
    expect(balanced).toMatchObject({ port: 9001, backendPort: 9001, process: { name: 'api' } });
    expect(catalogTypes(cloud, withDns)).toContain('dns');
    expect(cephClients(cloud, withDns).map(({ id }) => id)).toContain('designate');
    expect(cephPools(cloud, withDns)).toContain('zones');
    expect(urls(cloud, withDns).url('dns')).toBe('https://192.0.2.100:9001');
    expect(urls(cloud, withDns).publicUrl('dns')).toBe('https://203.0.113.100:9001');
  });

  it('do not have it where it is switched off, or not defined', () => {
    const off = { ...cloud, services: threeControls().cloud.services };
    expect(deployedServices(off, withDns)).not.toContain(dns);
    for (const list of [
      balancedProcesses(off, withDns).map(({ section }) => section),
      catalogTypes(off, withDns),
      cephPools(off, withDns),
      catalogTypes(cloud, services),
    ])
      expect(list).not.toContain('dns');
    expect(() => urls(cloud).url('dns')).toThrow('no service dns in the catalog');
  });

  it('give haproxy a section with a health check', () => {
    const [found] = balancedProcesses(cloud, withDns).filter(({ section }) => section === 'dns');
    if (!found) throw new Error('no process');
    const { process, section: name, port, backendPort } = found;
    const proxy = httpSection({
      name,
      port,
      backendPort,
      hosts: process.on(cloud),
      health: process.health ?? '',
    });
    expect(proxy.lines).toContain('option httpchk GET /');
    expect(proxy.hosts).toHaveLength(3);
  });
});

describe('a service that is added by its definition', () => {
  const step = serviceStep(dns, { runtime: systemd, platforms: [platform], services: withDns });
  const resources = step.resources(context);
  const ids = resources.map(({ id }) => id);

  it('is a step with account, catalog, database, schema and processes', () => {
    expect(ids).toEqual(
      expect.arrayContaining([
        'control1/mysql-database:designate',
        'control1/mysql-user:designate',
        'control1/command:schema-designate',
        'control2/file:/etc/designate/designate.conf',
        'control3/service:designate-api',
        'control3/service:designate-worker',
        'control1/file:/etc/ceph/ceph.client.designate.keyring',
      ]),
    );
    const behindApi = resources.filter(({ kind }) => kind.via === 'api').map(({ desired }) => desired);
    expect(behindApi).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'designate', roles: ['service'] }),
        expect.objectContaining({ type: 'dns' }),
        expect.objectContaining({ name: 'dns_admin' }),
      ]),
    );
    expect(() => orderResources([{ ...step, needs: [] }], new Map([['dns', resources]]))).not.toThrow();
  });

  it('is checked on every host and in haproxy', () => {
    expect(step.checks(context).map(({ id }) => id)).toEqual([
      ...[1, 2, 3].map((number) => `dns-api-control${number}`),
      ...[1, 2, 3].map((number) => `dns-balanced-control${number}`),
    ]);
  });

  it('adds to another service’s configuration', () => {
    const neutron = (definitions: typeof services) =>
      serviceStep(network, { runtime: systemd, platforms: [platform], services: definitions })
        .resources(context)
        .find(({ id }) => id === 'control1/file:/etc/neutron/neutron.conf')?.desired as {
        readonly content: Confidential;
      };
    expect(iniSection(reveal(neutron(withDns).content), 'designate')).toEqual([
      'url = https://192.0.2.100:9001',
    ]);
    expect(iniSection(reveal(neutron(services).content), 'designate')).toEqual([]);
  });
});
