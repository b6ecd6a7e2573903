import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importSources } from '../../../src/formats/import.ts';
import { importKolla } from '../../../src/formats/kolla/import.ts';
import { kollaKeys } from '../../../src/formats/kolla/keys.ts';
import { countOutcomes } from '../../../src/formats/report.ts';
import type { SourceFile } from '../../../src/formats/result.ts';
import { decryptVault, encryptVault } from '../../../src/vault/format.ts';
import { changed, fixture, reportText } from '../fixtures.ts';
import { globalsKeyList, passwordsKeyList } from './keyList.ts';

const examples = ['wallaby-multinode', 'all-in-one'] as const;
const read = (name: string): readonly SourceFile[] => fixture(join(import.meta.dirname, 'fixtures', name));
const hints = {
  addresses: { localhost: '192.168.122.11' },
  devices: ['/dev/vdb'],
  overlayCidr: '10.10.30.0/24',
};

describe('the examples', () => {
  test.each(examples)('%s', async (name) => {
    const imported = importSources(read(name), { format: 'kolla' });
    const golden = join(import.meta.dirname, 'golden');
    await expect(imported.rendered?.text).toMatchFileSnapshot(join(golden, `${name}.yaml`));
    await expect(
      imported.result && reportText({ ...imported.result, problems: imported.problems }),
    ).toMatchFileSnapshot(join(golden, `${name}.report.txt`));
  });

  test.each(examples)('%s validates with what the files cannot say', (name) => {
    const { problems } = importSources(read(name), {
      format: 'kolla',
      hints: name === 'all-in-one' ? hints : { ...hints, addresses: {} },
    });
    expect(problems.filter((found) => found.severity === 'error')).toEqual([]);
  });

  test('what is missing points into the original file', () => {
    const { problems } = importSources(read('wallaby-multinode'), { format: 'kolla' });
    expect(problems).toContainEqual(
      expect.objectContaining({
        code: 'CLOUD_MISSING',
        place: expect.objectContaining({ file: 'globals.yml', line: 12 }),
      }),
    );
    expect(problems).toContainEqual(
      expect.objectContaining({
        code: 'CLOUD_OSD_NO_DEVICE',
        place: expect.objectContaining({ file: 'multinode', line: 11 }),
      }),
    );
  });

  test.each(examples)('%s is accounted for, and the count adds up', (name) => {
    const { total, ...parts } = countOutcomes(importKolla(read(name)).report);
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(total);
  });
});

const everyKey = changed(
  read('all-in-one'),
  'globals.yml',
  (text) => text + [...globalsKeyList, ...passwordsKeyList].map((key) => `${key}: "yes"\n`).join(''),
);
const reported = new Set(importKolla(everyKey).report.keys.map((item) => item.key));

test.each([...globalsKeyList, ...passwordsKeyList])('the key %s has an outcome', (key) => {
  expect(kollaKeys.rule(key)).toMatchObject({
    outcome: expect.any(String),
    note: expect.stringMatching(/\S/),
  });
  expect(reported.has(key)).toBe(true);
});

describe('spellings of yes and no', () => {
  test.each(['yes', '"yes"', 'True', '"true"', 'on', '1', '"1"', '"Yes"'])('enable_barbican: %s', (word) => {
    const files = changed(
      read('all-in-one'),
      'globals.yml',
      (text) => `${text}enable_cinder_backup: ${word}\n`,
    );
    expect(importKolla(files).description.tree.volume).toEqual({ backup: true });
  });

  test.each(['no', '"no"', 'False', 'off', '0'])('enable_heat: %s', (word) => {
    const files = changed(read('all-in-one'), 'globals.yml', (text) => `${text}enable_heat: ${word}\n`);
    expect(importKolla(files).description.tree.services).toMatchObject({ orchestration: false });
  });

  test('a word that is neither is told', () => {
    const files = changed(read('all-in-one'), 'globals.yml', (text) => `${text}enable_heat: perhaps\n`);
    expect(importKolla(files).problems.map((found) => found.code)).toContain('IMPORT_VALUE');
  });
});

describe('meaning', () => {
  const tree = (extra: string) =>
    importKolla(
      changed(read('all-in-one'), 'globals.yml', (text) => text + extra),
      { hints },
    ).description.tree;

  test('several external interfaces', () => {
    const made = tree('neutron_external_interface: "ens4,ens5"\nneutron_bridge_name: "br-ex,br-lab"\n');
    expect(made.networks).toMatchObject({ provider: { interface: 'ens4' } });
    expect(made.network).toMatchObject({
      physical_networks: [
        { name: 'physnet1', bridge: 'br-ex' },
        { name: 'physnet2', bridge: 'br-lab', interface: 'ens5' },
      ],
    });
  });

  test('interfaces refer to one another', () => {
    expect(tree('tunnel_interface: "{{ neutron_external_interface }}"\n').networks).toMatchObject({
      overlay: { interface: 'ens4' },
    });
  });

  test('an unknown template is told with its line', () => {
    const files = changed(
      read('all-in-one'),
      'globals.yml',
      (text) => `${text}openstack_region_name: "{{ lookup('env', 'R') }}"\n`,
    );
    expect(importKolla(files).problems).toContainEqual(
      expect.objectContaining({
        code: 'IMPORT_UNRESOLVED',
        place: expect.objectContaining({ file: 'globals.yml', line: 10 }),
      }),
    );
  });

  test('globals.d stands above globals.yml', () => {
    expect(importKolla(read('wallaby-multinode')).description.tree).toMatchObject({ region: 'Seoul' });
    expect(importKolla(read('wallaby-multinode')).description.tree).not.toHaveProperty('network.mechanism');
  });

  test('an interface for all hosts stands above a host’s own', () => {
    const { report, description } = importKolla(read('wallaby-multinode'));
    expect(description.tree).not.toHaveProperty('hosts.compute02.interfaces');
    expect(report.keys).toContainEqual(
      expect.objectContaining({ key: 'host_vars/compute02: tunnel_interface', outcome: 'suspicious' }),
    );
  });
});

describe('passwords', () => {
  test('plain or encrypted give the same secrets', () => {
    const plain = importKolla(read('all-in-one'));
    const closed = changed(read('all-in-one'), 'passwords.yml', (text) => encryptVault(text, 'key'));
    const opened = importKolla(closed, { decrypt: (envelope, file) => decryptVault(envelope, 'key', file) });
    expect(opened.secrets.admin_password?.reveal()).toBe(plain.secrets.admin_password?.reveal());
    expect(plain.secrets.admin_password?.reveal()).toBe('kSx8o2Tq0aLmN4vBz7Yc');
    expect(Object.keys(opened.secrets)).toEqual(Object.keys(plain.secrets));
    expect(JSON.stringify([plain, opened])).not.toMatch(
      /kSx8o2Tq0aLmN4vBz7Yc|Zr5Hq1Wd9pXe3Kt6Mu8J|Pw6Ea1Ux8oIi3Qh7Dm2S/,
    );
  });

  test('weak ones are replaced, and told', () => {
    const { secrets, problems } = importKolla(read('all-in-one'));
    expect(secrets.messaging_password).toBeUndefined();
    expect(problems.map((found) => found.code)).toContain('IMPORT_WEAK_PASSWORD');
  });
});
