import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultAnswers, renderDescription } from '../../../src/app/init/description.ts';
import type { DescribedCloud } from '../../../src/cloud/build.ts';
import { parseDescription } from '../../../src/cloud/read.ts';
import { exportLines } from '../../../src/formats/export.ts';
import { importSources } from '../../../src/formats/import.ts';
import { exportPackstack, hintsFor } from '../../../src/formats/packstack/export.ts';
import { packstackKeys } from '../../../src/formats/packstack/keys/index.ts';

function cloudOf(text: string): DescribedCloud {
  const { cloud, problems } = parseDescription(text, { file: 'cloud.yaml', folder: '/', home: '/root' });
  if (!cloud) throw new Error(problems.map(({ code, what }) => `${code} ${what}`).join('\n'));
  return cloud;
}

/** Sets as sorted lists, so that clouds can be compared; the order of hosts and keys does not matter. */
function comparable(cloud: DescribedCloud): unknown {
  const plain = JSON.parse(
    JSON.stringify(cloud, (_key, part) => (part instanceof Set ? [...part].toSorted() : part)),
  );
  plain.hosts.sort((a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1));
  return plain;
}

const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,10}[a-z0-9]$/), {
  minLength: 4,
  maxLength: 4,
});
const ratio = fc.integer({ min: 10, max: 6400 }).map((hundredths) => hundredths / 100);

/** Descriptions that Packstack has words for: one controller, one storage host, and what hints can hold. */
const descriptions = fc
  .record({
    names: names.filter((all) =>
      all.every(
        (name) => name !== 'localhost' && name !== 'all' && name !== 'local' && name !== 'broadcasthost',
      ),
    ),
    cloud: fc.stringMatching(/^[a-z][a-z0-9]{0,12}$/),
    count: fc.integer({ min: 1, max: 4 }),
    addresses: fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { minLength: 4, maxLength: 4 }),
    network: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    compute: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    keeper: fc.nat(3),
    objects: fc.boolean(),
    dashboard: fc.boolean(),
    orchestration: fc.boolean(),
    sharedOverlay: fc.boolean(),
    region: fc.constantFrom('RegionOne', 'Seoul', 'b-1'),
    key: fc.option(fc.constantFrom('/root/.ssh/id_rsa', '/keys/a b')),
    time: fc.subarray(['0.pool.ntp.org', '10.1.1.1', 'time.example']),
    cpu: ratio,
    memory: ratio,
    virtualization: fc.constantFrom('auto', 'kvm', 'qemu'),
    vlans: fc.subarray(['100:199', '200:200', '300:399'], { minLength: 0 }),
    second: fc.boolean(),
    tenant: fc.constantFrom('geneve', 'geneve,vlan', 'vlan,geneve'),
    devices: fc.uniqueArray(fc.constantFrom('/dev/sdb', '/dev/vdc', 'file:/var/osd.img:30G'), {
      minLength: 1,
    }),
    test: fc.constantFrom('none', 'cidr', 'pool', 'image'),
  })
  .map((choice) => {
    const { count, keeper: wanted, vlans } = choice;
    const keeper = wanted % count;
    const hosts = Object.fromEntries(
      choice.names.slice(0, count).map((name, index) => {
        const last = index === count - 1;
        const anyCompute = choice.compute.slice(0, count).some(Boolean);
        const roles = [
          ...(index === 0 ? ['control'] : []),
          ...(choice.network[index] ? ['network'] : []),
          ...(choice.compute[index] || (last && !anyCompute) ? ['compute'] : []),
          ...(index === keeper ? (choice.objects ? ['storage'] : ['mon', 'mgr', 'osd']) : []),
        ];
        // A host has something to do.
        const described = roles.length > 0 ? roles : ['compute'];
        const devices = index === keeper ? { devices: choice.devices } : {};
        return [name, { address: `10.20.30.${choice.addresses[index]}`, roles: described, ...devices }];
      }),
    );
    const tenant = vlans.length === 0 ? ['geneve'] : choice.tenant.split(',');
    const test = {
      none: {},
      cidr: { provider_cidr: '172.24.4.0/24' },
      pool: { provider_cidr: '172.24.4.0/24', first_address: '172.24.4.10', last_address: '172.24.4.99' },
      image: { image: '/images/tiny.qcow2' },
    }[choice.test];
    return {
      cloud: choice.cloud,
      region: choice.region,
      ...(choice.key !== null && { ssh: { key: choice.key } }),
      networks: {
        management: { interface: 'mgmt0', cidr: '10.20.30.0/24', vip: '10.20.30.240' },
        provider: { interface: 'prov0' },
        overlay: choice.sharedOverlay
          ? { interface: 'mgmt0', cidr: '10.20.30.0/24' }
          : { interface: 'over0', cidr: '10.20.31.0/24' },
      },
      hosts,
      time: { servers: choice.time },
      network: {
        tenant_types: tenant,
        physical_networks: [
          { name: 'outside', bridge: 'br-ex', vlans },
          ...(choice.second ? [{ name: 'inside', bridge: 'br-in', interface: 'in0', vlans: ['7:9'] }] : []),
        ],
      },
      compute: { cpu_ratio: choice.cpu, memory_ratio: choice.memory, virtualization: choice.virtualization },
      services: {
        dashboard: choice.dashboard,
        orchestration: choice.orchestration,
        'key-manager': false,
        'object-store': choice.objects,
      },
      test,
    };
  });

describe('exportPackstack', () => {
  it('gives a file whose import, with what Packstack cannot hold told beside it, is the same cloud', () => {
    fc.assert(
      fc.property(descriptions, (description) => {
        const cloud = cloudOf(JSON.stringify(description));
        const { files } = exportPackstack(cloud);
        const again = importSources(files, { format: 'packstack', hints: hintsFor(cloud) });
        expect(again.problems.filter((problem) => problem.severity === 'error')).toEqual([]);
        expect(comparable(cloudOf(again.rendered?.text ?? ''))).toEqual(comparable(cloud));
      }),
      { numRuns: 300 },
    );
  });

  it('uses only keys that Packstack has, with values that it accepts', () => {
    const { files } = exportPackstack(cloudOf(renderDescription(defaultAnswers('all-in-one'))));
    const lines = (files[0]?.text ?? '').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines[0]).toBe('[general]');
    for (const line of lines.slice(1)) {
      const [key = '', value = ''] = line.split('=');
      const rule = packstackKeys[key];
      expect(rule, key).toBeDefined();
      if (rule?.value === 'yes-no') expect(['y', 'n']).toContain(value);
      if (typeof rule?.value === 'object') expect(rule.value).toContain(value);
    }
  });

  it('tells what Packstack has no word for, counts all parts, and writes no password', () => {
    const result = exportPackstack(cloudOf(renderDescription(defaultAnswers('multi-node'))));
    const told = Object.fromEntries(
      result.parts.map(({ path, outcome, note }) => [`${path} ${outcome}`, note]),
    );
    expect(told['hosts, role control unsupported']).toContain('control2, control3');
    expect(told['hosts, role storage unsupported']).toContain('storage2, storage3');
    expect(told['networks.service unsupported']).toBeDefined();
    expect(told['services.key-manager unsupported']).toBeDefined();
    const last = exportLines(result).at(-1) ?? '';
    const [total, ...parts] = [...last.matchAll(/\d+/g)].map(Number);
    expect(parts.slice(0, -1).reduce((sum, part) => sum + part, 0)).toBe(total);
    expect(result.files[0]?.text).not.toMatch(/_PW=|PASSWORD=/);
  });
});
