import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureTrialDescription, trialDescription } from '../../src/app/trial.ts';
import { parseDescription } from '../../src/cloud/read.ts';
import type { LabState } from '../../src/lab/index.ts';

const lab: LabState = {
  name: 'lab',
  directory: '/var/lib/labs',
  nodes: [
    {
      name: 'control1',
      index: 11,
      addresses: {
        service: '192.168.20.11',
        management: '192.168.21.11',
        overlay: '192.168.23.11',
        storage: '192.168.24.11',
      },
    },
  ],
  sshConfig: '/var/lib/labs/lab/ssh_config',
  mirror: 'http://mirror.example/debian',
  securityMirror: undefined,
  proxyUrl: 'http://192.168.21.250:3142',
  fabricNetns: 'cw-lab-fabric',
  providerCidr: '203.0.113.0/24',
  providerGateway: '203.0.113.1',
  vip: '192.168.21.100',
  vipService: '192.168.20.100',
  operatorPasswordFile: '/var/lib/labs/lab/operator-password',
  identityFile: '/var/lib/labs/lab/id_ed25519',
  memoryMiB: 6144,
};

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloudwright-trial-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the trial description', () => {
  it('is valid, reaches the node through the lab, and tests from the fabric', () => {
    const { cloud, problems } = parseDescription(trialDescription(lab), {
      file: 'x',
      folder: '/w',
      home: '/root',
    });
    expect(problems).toEqual([]);
    expect(cloud?.ssh.configFile).toBe(lab.sshConfig);
    expect(cloud?.networks.management.vip).toBe(lab.vip);
    expect(cloud?.hosts.map((host) => [host.name, host.addresses.management])).toEqual([
      ['control1', '192.168.21.11'],
    ]);
    expect(cloud?.test.vantage).toEqual({ netns: 'cw-lab-fabric' });
    expect(cloud?.test.firstAddress).toBe('203.0.113.200');
  });

  it('is written once; what was changed in it stays', async () => {
    const file = join(folder, 'trial', 'cloud.yaml');
    expect(await ensureTrialDescription(file, lab)).toBe(true);
    appendFileSync(file, '# mine\n');
    expect(await ensureTrialDescription(file, lab)).toBe(false);
  });
});
