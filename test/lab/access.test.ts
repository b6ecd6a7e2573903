import { expect, it } from 'vitest';
import { sshConfig } from '../../src/lab/access.ts';
import { LAB_NETWORKS, nodeAddresses } from '../../src/lab/networks.ts';
import { networkUnits } from '../../src/lab/node.ts';
import { proxyConfiguration } from '../../src/lab/proxy.ts';

const location = { name: 'one', directory: '/srv/lab' };
const node = { name: 'control1', index: 11, addresses: nodeAddresses(11) };

it('reaches nodes by name and address, checks host keys, and goes through the fabric', () => {
  const text = sshConfig(location, [node]);
  expect(text).toContain('Host control1 192.168.21.11\n  HostName 192.168.21.11\n');
  expect(text).toContain('StrictHostKeyChecking yes');
  expect(text).toContain('ProxyCommand nsenter --net=/run/netns/cw-one-fabric socat - TCP:%h:%p');
});

it('requires one link alone for network-online.target', () => {
  const units = networkUnits(node);
  expect(units).toHaveLength(LAB_NETWORKS.length);
  expect(units.filter((unit) => unit.includes('RequiredForOnline=routable'))).toHaveLength(1);
  expect(units[2]).not.toContain('Address=');
  expect(units[0]).toContain('Address=192.168.20.11/24\nGateway=192.168.20.250');
});

it('listens on loopback alone and asks an https mirror over https', () => {
  const mirror = { archive: 'https://m.example/debian', security: undefined, proxy: undefined, settings: [] };
  const text = proxyConfiguration('/srv/lab', mirror);
  expect(text).toContain('BindAddress: 127.0.0.1\n');
  expect(text).toContain('Remap-lab0: http://m.example/debian ; https://m.example/debian\n');
});
