import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureTrialDescription, lastPassedTest, trialDescription } from '../../src/cli/trial.ts';
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
  it('is sound, reaches the node through the lab, and tests from the fabric', () => {
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

describe('the last passed test', () => {
  function record(at: number, ok: boolean, ...events: object[]) {
    mkdirSync(join(folder, '.cloudwright'));
    writeFileSync(join(folder, '.cloudwright', 'acceptance.json'), JSON.stringify({ at, result: { ok } }));
    const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    writeFileSync(join(folder, '.cloudwright', 'journal.jsonl'), lines);
  }

  it('is none where there was none', async () => {
    expect(await lastPassedTest(folder)).toBeUndefined();
  });

  it('counts while no change followed it', async () => {
    record(100, true, { at: 50, type: 'change-done' }, { at: 150, type: 'run-finished', changed: 0 });
    expect((await lastPassedTest(folder))?.at).toBe(100);
  });

  it.each(['change-started', 'change-done'])('no longer counts after %s', async (type) => {
    record(100, true, { at: 150, type });
    expect(await lastPassedTest(folder)).toBeUndefined();
  });

  it('does not count where it failed', async () => {
    record(100, false);
    expect(await lastPassedTest(folder)).toBeUndefined();
  });
});
