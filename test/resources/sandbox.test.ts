import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reveal } from '../../src/secrets/confidential.ts';
import { allInOne, files, iniSection, threeControls } from '../steps/clouds.ts';
import { scratch } from './sh.ts';

const root = scratch();
const analyze = spawnSync('systemd-analyze', ['--version']).status === 0;
/** Every service of our own, with its file's text. */
const units = new Map(
  [...files(allInOne()), ...files(threeControls())].flatMap(({ path, content }) => {
    const name = /^\/etc\/systemd\/system\/(cloudwright-[^/]+\.service)$/.exec(path)?.[1];
    return name === undefined ? [] : [[name, reveal(content)] as const];
  }),
);

describe('the units of our own', () => {
  it('are these', () => {
    expect([...units.keys()].sort()).toEqual([
      'cloudwright-chassis.service',
      'cloudwright-database-health@.service',
      'cloudwright-firewall.service',
      'cloudwright-purge-compute.service',
      'cloudwright-purge-key-manager.service',
      'cloudwright-purge-orchestration.service',
      'cloudwright-purge-volume.service',
      'cloudwright-taps.service',
    ]);
  });

  it.each([...units])('%s may gain no rights and write nowhere but where it says', (_, unit) => {
    const section = iniSection(unit, 'Service');
    expect(section).toEqual(
      expect.arrayContaining([
        'NoNewPrivileges=yes',
        'ProtectSystem=strict',
        'SystemCallFilter=@system-service',
      ]),
    );
    const capabilities = section.find((line) => line.startsWith('CapabilityBoundingSet='));
    expect(capabilities).toMatch(/^CapabilityBoundingSet=(CAP_NET_ADMIN( CAP_DAC_OVERRIDE)?)?$/);
    // Without a user it is root, and then only for what the network needs.
    expect(section.some((line) => line.startsWith('User='))).toBe(capabilities === 'CapabilityBoundingSet=');
    for (const line of section.filter((entry) => entry.startsWith('ReadWritePaths=')))
      expect(line).toMatch(/^ReadWritePaths=(-\/(var\/lib|var\/log|var\/lock)\/[a-z]+ ?)+$/);
  });

  it.skipIf(!analyze).each([...units])('%s is exposed by 4.0 at most', (name, unit) => {
    const path = join(mkdtempSync(join(root, 'unit-')), name);
    writeFileSync(path, unit);
    const { status, stdout, stderr } = spawnSync(
      'systemd-analyze',
      ['security', '--offline=true', '--no-pager', '--threshold=40', path],
      { encoding: 'utf8' },
    );
    const level = Number(/exposure level for .*: ([0-9.]+)/.exec(stdout)?.[1]);
    expect({ status, level: level > 0 && level <= 4, stderr }).toMatchObject({ status: 0, level: true });
  });
});
