import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validate } from '../../src/app/description.ts';
import { tablesOfRelease } from '../../src/app/options.ts';
import { readCloud } from '../../src/cloud/read.ts';
import { configurationTables } from '../../src/cloud/services.ts';
import type { RunEvent } from '../../src/engine/event.ts';
import { debian13 } from '../../src/platform/debian-13/table.ts';
import { VALID } from '../cloud/broken/case.ts';

const CONFIG = `config:
  compute:
    nova.conf:
      DEFAULT:
        debug: true
        reclaim_instance_intervall: 60
        logdir: /var/log/elsewhere
      libvrit: { hw_machine_type: q35 }
      mdev_nvidia-35: { device_addresses: "0000:84:00.0" }
  volume:
    cinder.conf:
      DEFAULT: { enabled_backends: "ceph,lvm-fast" }
      ceph: { rbd_max_clone_depth: 3, rbd_max_clone_deepth: 3 }
      lvm-fast: { volume_group: fast }
      lvm-slow: { volume_group: slow }
  image:
    glance-api.conf:
      ceph: { rbd_store_chunk_size: 4 }
  network:
    ml2_conf.ini:
      ovn: { ovn_emit_need_to_frag: true }
      "<backend>": { a: 1 }
    neutron.ini: {}
  roles:
    compute:
      comptue: {}
  hosts:
    compute1:
      compute: { nova-compute.conf: { libvirt: { cpu_mode: host-passthrough } } }
`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cloudwright-options-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function described(text: string): Promise<string> {
  const file = join(folder, 'cloud.yaml');
  await writeFile(file, text);
  return file;
}

describe('config: checked against the options of the packages', () => {
  it('names each mistake with its place and a suggestion', async () => {
    const events: RunEvent[] = [];
    const file = await described(`${VALID}${CONFIG}`);
    const { valid } = await validate(file, { emit: (event) => events.push(event) });
    expect(valid).toBe(false);
    const start = VALID.split('\n').length - 1;
    const lines = events.flatMap((event) => {
      if (event.type !== 'problem' || event.problem.place?.kind !== 'file') return [];
      const { severity, code, what, suggestion, place } = event.problem;
      const hint = suggestion === undefined ? '' : ` (${suggestion}?)`;
      return [`${place.line - start}:${place.column} ${severity} ${code}: ${what}${hint}\n`];
    });
    await expect(lines.join('')).toMatchFileSnapshot('golden/options.txt');
  });

  it('loads the options only for a description with config:', async () => {
    const asked: string[] = [];
    const tablesOf = async (release: string) => {
      asked.push(release);
      return configurationTables;
    };
    await readCloud(await described(VALID), tablesOf);
    expect(asked).toEqual([]);
    await readCloud(await described(`${VALID.replace(/^release.*\n/m, '')}${CONFIG}`), tablesOf);
    expect(asked).toEqual(['2025.1']);
  });

  it('takes the options of all platforms of a release', async () => {
    const other = {
      ...debian13,
      options: async () => ({
        'nova.conf': { DEFAULT: 'own debug', extra: 'a' },
        'nova-compute.conf': 'nova.conf',
      }),
    };
    const older = { ...debian13, release: '2024.1', options: async () => ({ 'nova.conf': { old: 'b' } }) };
    const { options } = await tablesOfRelease('2025.1', [debian13, other, older]);
    expect(options.get('nova-compute.conf')?.get('extra')).toEqual(new Set(['a']));
    const names = options.get('nova.conf')?.get('DEFAULT');
    expect([names?.has('own'), names?.has('debug'), names?.has('compute_driver')]).toEqual([
      true,
      true,
      true,
    ]);
    expect(options.get('nova.conf')?.has('old')).toBe(false);
  });
});
