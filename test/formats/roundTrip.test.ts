import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DescribedCloud } from '../../src/cloud/build.ts';
import { parseDescription } from '../../src/cloud/read.ts';
import { exportBurrito } from '../../src/formats/burrito/export.ts';
import { importBurrito } from '../../src/formats/burrito/import.ts';
import { describe as describeCloud } from '../../src/formats/describe.ts';
import type { ExportResult } from '../../src/formats/export.ts';
import { exportKolla } from '../../src/formats/kolla/export.ts';
import { importKolla } from '../../src/formats/kolla/import.ts';
import { renderDraft } from '../../src/formats/render.ts';
import type { ImportResult, SourceFile } from '../../src/formats/result.ts';

const place = { file: 'cloud.yaml', folder: '/srv/cloud', home: '/root' };

/** Descriptions of many shapes: one host or many, with or without each network, backends, services and settings. */
const descriptions = fc
  .record({
    controls: fc.constantFrom(1, 3),
    networks: fc.integer({ min: 0, max: 2 }),
    computes: fc.integer({ min: 0, max: 3 }),
    keepers: fc.constantFrom(1, 3, 5),
    service: fc.boolean(),
    overlay: fc.constantFrom('own', 'shared', 'none'),
    storage: fc.boolean(),
    mtu: fc.constantFrom(1500, 9000),
    time: fc.boolean(),
    level: fc.constantFrom('moderato', 'allegro', 'vivace'),
    interval: fc.option(fc.integer({ min: 3, max: 9 }), { nil: undefined }),
    router: fc.integer({ min: 1, max: 255 }),
    devices: fc.constantFrom('[/dev/sdb]', '[/dev/sdb, /dev/nvme0n1]', '["file:/var/lib/osd0.img:20G"]'),
    pool: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    netapp: fc.boolean(),
    vlans: fc.constantFrom('[]', '["100:199"]', '["100:199", "300:310"]'),
    second: fc.boolean(),
    barbican: fc.boolean(),
    heat: fc.boolean(),
    backup: fc.boolean(),
    user: fc.constantFrom('root', 'deploy'),
    port: fc.constantFrom(22, 2222),
    dashboard: fc.constantFrom(443, 31000),
    ratio: fc.constantFrom(1, 4, 2.5),
    tolerance: fc.constantFrom(5, 60),
    odd: fc.boolean(),
    virtualization: fc.constantFrom('auto', 'kvm', 'qemu'),
    region: fc.constantFrom('RegionOne', 'Seoul'),
    minimums: fc.boolean(),
  })
  .map((item) => {
    const lines = [
      `cloud: trip`,
      `region: ${item.region}`,
      `ssh: {user: ${item.user}, port: ${item.port}}`,
      'networks:',
    ];
    if (item.service) lines.push('  service: {interface: eth0, cidr: 10.1.20.0/23, vip: 10.1.20.250}');
    lines.push('  management: {interface: eth1, cidr: 10.1.16.0/22, vip: 10.1.16.250}');
    lines.push(`  provider: {interface: eth2, mtu: ${item.mtu}}`);
    if (item.overlay === 'own')
      lines.push(`  overlay: {interface: eth3, cidr: 172.16.0.0/22, mtu: ${item.mtu}}`);
    else
      lines.push(
        item.overlay === 'none' ? '  overlay: null' : '  overlay: {interface: eth1, cidr: 10.1.16.0/22}',
      );
    if (item.storage) lines.push('  storage: {interface: eth4, cidr: 172.20.0.0/22}');
    lines.push('hosts:');
    let next = 10;
    const host = (name: string, roles: string, more = ''): void => {
      next += 1;
      lines.push(`  ${name}: {address: 10.1.16.${next}, roles: [${roles}]${more}}`);
    };
    for (let n = 1; n <= item.controls; n++)
      host(`control${n}`, item.computes === 0 ? 'control, compute' : 'control');
    for (let n = 1; n <= item.networks; n++)
      host(`network${n}`, 'network', item.odd ? ', ssh_address: gate.example.org' : '');
    for (let n = 1; n <= item.computes; n++)
      host(`compute${n}`, 'compute', item.odd && n === 1 ? ', interfaces: {management: ens9}' : '');
    for (let n = 1; n <= item.keepers; n++) {
      const devices = item.odd && n === 1 ? '[/dev/vdz]' : item.devices;
      host(`storage${n}`, n > 3 ? 'osd' : 'storage', `, devices: ${devices}`);
    }
    if (item.time) lines.push('time: {servers: [10.1.16.1, ntp.example.org]}');
    const interval = item.interval === undefined ? '' : `, interval: ${item.interval}`;
    lines.push(`ha: {level: ${item.level}, virtual_router_id: ${item.router}${interval}}`);
    lines.push(`storage:`);
    if (item.netapp) {
      lines.push(
        '  backends: [ceph, {type: netapp, name: array1, management_lif: 10.9.0.1, data_lif: 10.9.0.2, svm: svm1, username: admin}]',
      );
    }
    if (item.pool !== undefined && item.pool <= item.keepers) lines.push(`  ceph: {pool_size: ${item.pool}}`);
    else lines.push('  ceph: {pg_num: 32}');
    lines.push(
      `network:`,
      `  physical_networks:`,
      `    - {name: external, bridge: br-ex, vlans: ${item.vlans}}`,
    );
    if (item.second) lines.push('    - {name: lab, bridge: br-lab, interface: eth7}');
    lines.push(`compute: {virtualization: ${item.virtualization}, cpu_ratio: ${item.ratio}}`);
    lines.push(`services: {key-manager: ${item.barbican}, orchestration: ${item.heat}}`);
    lines.push(
      `volume: {backup: ${item.backup}}`,
      `dashboard: {port: ${item.dashboard}}`,
      `clock_tolerance: ${item.tolerance}`,
    );
    if (item.minimums) lines.push('minimums: {control: {cpus: 2, memory_gib: 4}}');
    return `${lines.join('\n')}\n`;
  });

const tools: readonly [
  string,
  (cloud: DescribedCloud) => ExportResult,
  (files: readonly SourceFile[]) => ImportResult,
][] = [
  ['burrito', exportBurrito, (files) => importBurrito(files)],
  ['kolla', exportKolla, (files) => importKolla(files)],
];

function cloudOf(text: string): DescribedCloud {
  const read = parseDescription(text, place);
  if (!read.cloud) throw new Error(read.problems.map((found) => `${found.code} ${found.what}`).join('\n'));
  return read.cloud;
}

describe.each(tools)('%s', (_, write, read) => {
  test('an import of an export gives the same cloud', () => {
    fc.assert(
      fc.property(descriptions, (text) => {
        const cloud = cloudOf(text);
        const { files } = write(cloud);
        const back = cloudOf(renderDraft(read(files).description).text);
        expect(describeCloud(back)).toEqual(describeCloud(cloud));
        expect(back).toEqual(cloud);
      }),
      { numRuns: 60 },
    );
  });

  test('every part is accounted for, and most are carried', () => {
    const [text] = fc.sample(descriptions, { numRuns: 1, seed: 7 });
    const { parts } = write(cloudOf(text ?? ''));
    expect(parts.length).toBeGreaterThan(50);
    expect(parts.filter((part) => part.outcome === 'carried').length).toBeGreaterThan(15);
    for (const part of parts) expect(part.to ?? part.note).toBeTruthy();
  });
});
