import { describe, expect, it } from 'vitest';
import { recognise } from '../../src/formats/recognise.ts';

const packstack = { path: 'x', text: '[general]\r\nCONFIG_CONTROLLER_HOST=10.0.0.1\r\n' };
const kolla = {
  path: 'y',
  text: '---\n# settings\nkolla_internal_vip_address: "10.0.0.250"\nnetwork_interface: eth0\n',
};
const kollaInventory = { path: 'z', text: '[control]\ncontrol01\n\n[baremetal:children]\ncontrol\n' };
const burrito = { path: 'v', text: '---\nsvc_iface_name: eth0\nkeepalived_vip: "192.168.21.100"\n' };
const burritoInventory = {
  path: 'h',
  text: 'control1 ip=192.168.21.111\n[controller-node]\ncontrol1\n[kube_control_plane]\ncontrol1\n',
};
const notes = { path: 'README', text: 'Nothing of all that.\n' };

describe('recognise', () => {
  it.each([
    ['packstack', [packstack]],
    ['packstack', [notes, packstack]],
    ['kolla', [kolla]],
    ['kolla', [kollaInventory, kolla, notes]],
    ['burrito', [burrito]],
    ['burrito', [burritoInventory, burrito]],
    ['burrito', [burritoInventory]],
  ] as const)('sees %s by what stands in the files', (format, files) => {
    expect(recognise(files)).toMatchObject({ kind: 'format', format });
  });

  it('says where it saw it', () => {
    expect(recognise([packstack])).toMatchObject({ because: 'x has answers CONFIG_…=' });
  });

  it('knows when it does not know', () => {
    expect(recognise([notes])).toEqual({ kind: 'unknown' });
    expect(recognise([])).toEqual({ kind: 'unknown' });
    expect(recognise([packstack, burrito])).toMatchObject({ kind: 'mixed' });
  });

  it('follows the majority of signs', () => {
    expect(recognise([burritoInventory, burrito, packstack])).toMatchObject({
      kind: 'format',
      format: 'burrito',
    });
  });

  it('comes to an end on large files', () => {
    const big = { path: 'big', text: `${'kolla_'.repeat(100_000)}\n${' '.repeat(500_000)}` };
    expect(recognise([big])).not.toMatchObject({ kind: 'format' });
    expect(recognise([big, packstack])).toMatchObject({ kind: 'format', format: 'packstack' });
  });
});

it('takes neither config_strategy of Kolla nor lines of openssl.cnf for answers of Packstack', () => {
  const globals = {
    path: 'globals.yml',
    text: 'config_strategy: "COPY_ALWAYS"\nkolla_base_distro: debian\n',
  };
  expect(recognise([globals])).toMatchObject({ kind: 'format', format: 'kolla' });
  expect(recognise([{ path: 'openssl.cnf', text: 'config_diagnostics = 1\n' }])).toEqual({ kind: 'unknown' });
});
