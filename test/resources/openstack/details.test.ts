import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Client } from '../../../src/api/client.ts';
import { from } from '../../../src/engine/from.ts';
import type { Resource } from '../../../src/engine/resource.ts';
import { CloudwrightError } from '../../../src/errors/problem.ts';
import {
  computeFlavor,
  computeServiceRecord,
  identityRole,
  identityService,
  image,
  keypair,
  network,
  networkAgentRecord,
  openstackKinds,
  port,
  projectQuota,
  router,
  securityGroup,
  subnet,
  volumeServiceRecord,
} from '../../../src/resources/openstack/index.ts';
import { withFakeCloud } from '../../api/fake-cloud.ts';
import { addIdentity } from '../../api/fake-identity.ts';
import { addNeutron } from './fake-neutron.ts';
import { addCompute, addImages, addQuotas, addVolume } from './fake-services.ts';
import { absenceOf, apply, cases, kindOf, planned, stateOf } from './scenario.ts';

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
  } catch (error) {
    if (error instanceof CloudwrightError) return error.problems[0]?.code;
    throw error;
  }
  return undefined;
}

async function outputsOf(client: Client, resource: Resource) {
  return kindOf(resource).outputs?.(resource.desired, await stateOf(client, resource)) ?? {};
}

describe('networks', () => {
  const net = network({ name: 'lan' });
  const sub = subnet({ name: 'lan', network: 'lan', cidr: '10.1.0.0/24' });

  it('names two networks of the same name instead of choosing one, and only for that network', () =>
    withFakeCloud(async (cloud) => {
      const state = addNeutron(cloud);
      const client = cloud.client();
      await apply(client, net);
      await apply(client, network({ name: 'other' }));
      state.networks.push({ ...state.networks[0], id: 'second' });
      expect(await codeOf(planned(client, net))).toBe('API_DUPLICATE');
      expect(await planned(client, network({ name: 'other' }))).toBeUndefined();
    }));

  it('does not take a network of another project for its own', () =>
    withFakeCloud(async (cloud) => {
      const state = addNeutron(cloud);
      state.networks.push({ id: 'n1', name: 'lan', project_id: 'somebody' });
      expect(await planned(cloud.client(), net)).toEqual({ summary: 'create network lan' });
    }));

  it('says that a project is missing', () =>
    withFakeCloud(async (cloud) => {
      addIdentity(cloud);
      addNeutron(cloud);
      const lost = network({ name: 'lan', project: 'nobody' });
      expect(await planned(cloud.client(), lost)).toEqual({
        summary: 'create network lan of project nobody',
      });
      expect(await codeOf(apply(cloud.client(), lost))).toBe('API_NOT_FOUND');
    }));

  it('refuses what cannot be changed in place', () =>
    withFakeCloud(async (cloud) => {
      addNeutron(cloud);
      const client = cloud.client();
      await apply(client, net);
      await apply(client, sub);
      const flat = network({ name: 'lan', provider: { type: 'flat', physicalNetwork: 'provider' } });
      expect(await planned(client, flat)).toMatchObject({
        difference: '~ network type: geneve -> flat\n~ physical network: none -> provider',
      });
      expect(await codeOf(apply(client, flat))).toBe('API_IMMUTABLE');
      const moved = subnet({ name: 'lan', network: 'lan', cidr: '10.2.0.0/24' });
      expect(await codeOf(apply(client, moved))).toBe('API_IMMUTABLE');
    }));

  it('takes ids, as a late value gives them', () =>
    withFakeCloud(async (cloud) => {
      addNeutron(cloud);
      const client = cloud.client();
      await apply(client, net);
      const { id = '', mtu } = await outputsOf(client, net);
      expect(mtu).toBe('1442');
      const inside = subnet({ name: 'lan', network: id, cidr: '10.1.0.0/24' });
      expect(await apply(client, inside)).toBe('create subnet lan');
      const plug = port({ name: 'p', network: id, addresses: [{ subnet: 'lan' }] });
      await apply(client, plug);
      expect(await outputsOf(client, plug)).toEqual({
        id: expect.stringMatching(/^port-/),
        mac: 'fa:16:3e:00:00:01',
        address: '10.1.0.77',
      });
    }));

  it('says what a removal would lose', () =>
    withFakeCloud(async (cloud) => {
      addNeutron(cloud);
      const client = cloud.client();
      await apply(client, net);
      const loses = async (resource: Resource) => (await planned(client, absenceOf(resource)))?.loses;
      expect(await loses(net)).toBeUndefined();
      await apply(client, sub);
      expect(await loses(net)).toBe('network lan with subnet lan');
      const group = securityGroup({ name: 'g', rules: [] });
      await apply(client, group);
      expect(await loses(group)).toBeUndefined();
      const plug = port({ name: 'p', network: 'lan', securityGroups: ['g'], deviceOwner: 'compute:nova' });
      await apply(client, plug);
      expect(await loses(net)).toBe('network lan with 1 port in use');
      expect(await loses(group)).toBe('security group g, used by 1 port');
      expect(await loses(plug)).toContain('port p, which instance');
      const way = router({ name: 'r', subnets: ['lan'] });
      await apply(client, way);
      expect(await loses(way)).toBe('router r and the way out of lan');
    }));

  it('keeps an address that was chosen when only the subnet is asked for', () =>
    withFakeCloud(async (cloud) => {
      const state = addNeutron(cloud);
      const client = cloud.client();
      for (const resource of [net, sub]) await apply(client, resource);
      const plug = { name: 'p', network: 'lan', addresses: [{ subnet: 'lan' }] };
      await apply(client, port(plug));
      state.ports[0].fixed_ips[0].ip_address = '10.1.0.33';
      await apply(client, port({ ...plug, description: 'new' }));
      expect(state.ports[0].fixed_ips[0].ip_address).toBe('10.1.0.33');
      const two = [{ subnet: 'lan' }, { address: '10.1.0.33' }];
      expect(await planned(client, port({ ...plug, addresses: two }))).toMatchObject({
        difference: expect.stringContaining('~ addresses: 10.1.0.33 -> lan, 10.1.0.33'),
      });
    }));

  it('compares rules as a set, however they are written', () =>
    withFakeCloud(async (cloud) => {
      const state = addNeutron(cloud);
      const client = cloud.client();
      const rules = [
        { direction: 'ingress', protocol: 'tcp', ports: [80, 80], remotePrefix: '0.0.0.0/0' },
        { direction: 'ingress', protocol: 'udp', ports: 53 },
      ] as const;
      await apply(client, securityGroup({ name: 'g', rules }));
      const same = [rules[1], { direction: 'ingress', protocol: 'tcp', ports: 80 }] as const;
      expect(await planned(client, securityGroup({ name: 'g', rules: same }))).toBeUndefined();
      expect(state['security-groups'][0].security_group_rules).toHaveLength(4);
    }));
});

describe('images', () => {
  const content = (text: string, sha512?: string) => ({
    length: Buffer.byteLength(text),
    ...(sha512 !== undefined && { sha512 }),
    open: () => Readable.from([Buffer.from(text)]),
  });
  const picture = { name: 'i', diskFormat: 'raw', content: content('abc') } as const;

  it('uploads again into an image whose upload was cut', () =>
    withFakeCloud(async (cloud) => {
      const { images } = addImages(cloud);
      const client = cloud.client();
      cloud.interfere = ({ path }) => (path.endsWith('/file') ? 'cut' : undefined);
      expect(await codeOf(apply(client, image(picture)))).toBe('API_UNREACHABLE');
      cloud.interfere = undefined;
      expect(await planned(client, image(picture))).toEqual({
        summary: 'upload image i',
        difference: '~ status: queued -> active',
      });
      await apply(client, image(picture));
      expect(images).toMatchObject([{ status: 'active', size: 3 }]);
    }));

  it('hides a replaced image that is in use', () =>
    withFakeCloud(async (cloud) => {
      const { images, used } = addImages(cloud);
      const client = cloud.client();
      await apply(client, image(picture));
      used.add(images[0].id);
      const { createHash } = await import('node:crypto');
      const hash = createHash('sha512').update('new').digest('hex');
      const newer = image({ ...picture, content: content('new', hash) });
      expect(await apply(client, newer)).toBe('replace image i');
      expect(images.map((item) => [item.name, item.os_hidden ?? false])).toEqual([
        ['i (replaced)', true],
        ['i', false],
      ]);
    }));

  it('reports an image that the service rejects', () =>
    withFakeCloud(async (cloud) => {
      const { images } = addImages(cloud);
      cloud.interfere = ({ method, path }) => {
        if (method === 'GET' && /images\/image-/.test(path)) images[0].status = 'killed';
        return undefined;
      };
      expect(await codeOf(apply(cloud.client(), image(picture)))).toBe('API_IMAGE_REJECTED');
    }));

  it('deletes a protected image', () =>
    withFakeCloud(async (cloud) => {
      const { images } = addImages(cloud);
      const guarded = image({ ...picture, protected: true });
      await apply(cloud.client(), guarded);
      expect(await planned(cloud.client(), absenceOf(guarded))).toMatchObject({ loses: 'image i (3 bytes)' });
      await apply(cloud.client(), absenceOf(guarded));
      expect(images).toEqual([]);
    }));
});

describe('records for a removal', () => {
  it('leave out the id of a network that was not known yet', () => {
    const net = network({ name: 'lan', project: 'demo' });
    const inside = subnet({ name: 's', project: 'demo', network: from(net, 'id'), cidr: '10.1.0.0/24' });
    const { removal } = kindOf(inside);
    expect(removal?.record(inside.desired)).toEqual({ name: 's', project: 'demo' });
    expect(removal?.absence({ name: 's', project: 'demo' })).toEqual({
      name: 's',
      project: 'demo',
      absent: true,
    });
  });

  it('exist for every kind, with names that are unique', () => {
    const names = openstackKinds.map((kind) => kind.name);
    expect(new Set(names).size).toBe(names.length);
    for (const { first } of cases('control1')) expect(names).toContain(first.kind.name);
    for (const kind of openstackKinds) expect(kind.via === 'api' && kind.removal, kind.name).toBeTruthy();
  });
});

describe('records of hosts', () => {
  it('removes a compute service once it is down, not before', () =>
    withFakeCloud(async (cloud) => {
      const { services } = addCompute(cloud);
      services.push({ id: 's1', host: 'compute9', binary: 'nova-compute', state: 'up', status: 'enabled' });
      let looks = 0;
      cloud.interfere = ({ method, path }) => {
        if (method === 'GET' && path.endsWith('os-services') && ++looks === 4) services[0].state = 'down';
        return undefined;
      };
      const record = computeServiceRecord({ host: 'compute9', binary: 'nova-compute' });
      expect(await planned(cloud.client(), record)).toBeUndefined();
      expect(looks).toBe(0);
      expect(await apply(cloud.client(), absenceOf(record))).toBe(
        'delete compute service nova-compute of host compute9',
      );
      expect(services).toEqual([]);
    }));

  it('removes a dead network agent and disables a volume service', () =>
    withFakeCloud(async (cloud) => {
      const { agents } = addNeutron(cloud);
      const { services } = addVolume(cloud);
      agents.push({ id: 'a1', host: 'compute9', binary: 'ovn-controller', alive: false });
      services.push({ host: 'h@ceph', binary: 'cinder-volume', status: 'enabled', state: 'down' });
      await apply(
        cloud.client(),
        absenceOf(networkAgentRecord({ host: 'compute9', binary: 'ovn-controller' })),
      );
      await apply(
        cloud.client(),
        absenceOf(volumeServiceRecord({ host: 'h@ceph', binary: 'cinder-volume' })),
      );
      expect(agents).toEqual([]);
      expect(services[0].status).toBe('disabled');
    }));
});

describe('the rest', () => {
  it('keeps the id and the access list of a flavor that is replaced', () =>
    withFakeCloud(async (cloud) => {
      const { flavors, access } = addCompute(cloud);
      const small = { name: 's', memoryMiB: 64, vcpus: 1, diskGiB: 1, public: false };
      await apply(cloud.client(), computeFlavor(small));
      const { id } = flavors[0];
      access.set(id, ['p1']);
      await apply(cloud.client(), computeFlavor({ ...small, vcpus: 2 }));
      expect(flavors).toMatchObject([{ id, vcpus: 2 }]);
      expect(access.get(id)).toEqual(['p1']);
    }));

  it('leaves the key pair of the same name of another user alone', () =>
    withFakeCloud(async (cloud) => {
      const { users } = addIdentity(cloud);
      users.push({ id: 'u2', name: 'octavia', domain_id: 'default', enabled: true });
      const { keypairs } = addCompute(cloud);
      const mine = keypair({ name: 'k', publicKey: 'ssh-ed25519 AAAA me' });
      const theirs = keypair({ name: 'k', user: 'octavia', publicKey: 'ssh-ed25519 BBBB you' });
      await apply(cloud.client(), mine);
      await apply(cloud.client(), theirs);
      await apply(cloud.client(), absenceOf(theirs));
      expect(keypairs).toMatchObject([{ user_id: 'u-admin', name: 'k' }]);
    }));

  it('removes a service from the catalog of its region only', () =>
    withFakeCloud(async (cloud) => {
      const state = addIdentity(cloud);
      const url = 'http://192.0.2.10:1';
      const entry = { name: 'x', type: 't', endpoints: { public: url, internal: url, admin: url } };
      const one = identityService({ ...entry, region: 'RegionOne' });
      await apply(cloud.client(), one);
      await apply(cloud.client(), identityService({ ...entry, region: 'RegionTwo' }));
      expect(state.endpoints).toHaveLength(6);
      await apply(cloud.client(), absenceOf(one));
      expect(state.services).toHaveLength(1);
      expect(state.endpoints.map((endpoint) => endpoint.region_id)).toEqual(Array(3).fill('RegionTwo'));
    }));

  it('warns before it removes a role that somebody has', () =>
    withFakeCloud(async (cloud) => {
      const state = addIdentity(cloud);
      const scope = { project: { id: 'p-admin' } };
      state.assignments.push({ role: { id: 'r-member' }, user: { id: 'u-admin' }, scope });
      expect(await planned(cloud.client(), absenceOf(identityRole({ name: 'member' })))).toEqual({
        summary: 'delete role member',
        loses: 'role member, which is assigned 1 time',
      });
    }));

  it('restores default quotas, also when a service is gone from the catalog', () =>
    withFakeCloud(async (cloud) => {
      addIdentity(cloud);
      const set = addQuotas(cloud);
      const quota = projectQuota({ project: 'admin', compute: { cores: 99 } });
      await apply(cloud.client(), quota);
      const { 'block-storage': _, ...rest } = cloud.catalogTypes;
      cloud.catalogTypes = rest;
      expect(await apply(cloud.client(), absenceOf(quota))).toBe('delete quota of project admin');
      expect(set.size).toBe(0);
    }));
});
