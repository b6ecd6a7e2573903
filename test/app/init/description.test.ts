import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultAnswers, renderDescription } from '../../../src/app/init/description.ts';
import type { InitAnswers } from '../../../src/cloud/answers.ts';
import { parseDescription } from '../../../src/cloud/read.ts';

const place = { file: 'cloud.yaml', folder: '/srv/cloud', home: '/root' };

function read(answers: InitAnswers) {
  return parseDescription(renderDescription(answers), place);
}

describe('renderDescription', () => {
  it('writes a valid all-in-one cloud', () => {
    const { cloud, problems } = read(defaultAnswers('all-in-one'));
    expect(problems).toEqual([]);
    expect(cloud?.hosts).toHaveLength(1);
    expect(cloud?.minimums.control.memoryGiB).toBeLessThan(16);
  });

  it('keeps the OSDs of a trial in files, also on several hosts', () => {
    const { cloud, problems } = read(defaultAnswers('multi-node', 'trial', true));
    expect(problems).toEqual([]);
    const devices = cloud?.hosts.filter((host) => host.roles.has('osd')).flatMap((host) => host.devices);
    expect(devices).toEqual(Array(3).fill('file:/var/lib/cloudwright/osd0.img:20G'));
    expect(cloud?.minimums.control.memoryGiB).toBe(3);
  });

  it('writes a valid cloud of eight hosts', () => {
    const { cloud, problems } = read(defaultAnswers('multi-node', 'reference'));
    expect(problems).toEqual([]);
    expect(cloud?.hosts.map((host) => host.name)).toEqual([
      'control1',
      'control2',
      'control3',
      'compute1',
      'compute2',
      'storage1',
      'storage2',
      'storage3',
    ]);
    expect(cloud?.minimums.control).toEqual({ cpus: 8, memoryGiB: 16, diskGiB: 50 });
  });

  it('carries every answer over', () => {
    const { cloud, problems } = read({
      ...defaultAnswers('all-in-one'),
      sshUser: 'yes',
      sshKey: '~/.ssh/id_ed25519',
      sshConfig: './my config: 1',
      timeServers: ['time.example.org', '192.0.2.1'],
      mirror: 'http://mirror.example/debian',
      proxy: 'http://10.0.0.1:3128',
      serviceCidr: '10.1.0.0/16',
      serviceVip: '10.1.0.100',
      storageCidr: '10.2.0.0/24',
      test: { cidr: '10.20.0.0/24', gateway: '10.20.0.1', first: '10.20.0.100', last: '10.20.0.200' },
    });
    expect(problems).toEqual([]);
    expect(cloud?.ssh).toMatchObject({ user: 'yes', configFile: '/srv/cloud/my config: 1' });
    expect(cloud?.timeServers).toEqual(['time.example.org', '192.0.2.1']);
    expect(cloud?.packages).toEqual({
      mirror: 'http://mirror.example/debian',
      proxy: 'http://10.0.0.1:3128',
    });
    expect(cloud?.networks.service).toMatchObject({ cidr: '10.1.0.0/16', vip: '10.1.0.100' });
    expect(cloud?.test).toMatchObject({ providerCidr: '10.20.0.0/24', lastAddress: '10.20.0.200' });
  });

  it('turns wrong answers into problems, not into other YAML', () => {
    const { problems } = read({ ...defaultAnswers('all-in-one'), name: 'a: b\nhosts: {}', vip: '# none' });
    expect(problems.map((p) => p.code)).toEqual(['CLOUD_FORMAT', 'CLOUD_ADDRESS_SYNTAX']);
  });
});

describe('examples', () => {
  it('are valid', async () => {
    const folder = join(import.meta.dirname, '../../../examples');
    const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
    expect(files.length).toBeGreaterThanOrEqual(2);
    for (const name of files) {
      const { problems } = parseDescription(await readFile(join(folder, name), 'utf8'), {
        ...place,
        file: name,
      });
      expect(
        problems.filter((p) => p.severity === 'error'),
        name,
      ).toEqual([]);
    }
  });
});
