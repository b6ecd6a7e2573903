import { describe, expect, it } from 'vitest';
import type { Cloud } from '../../src/cloud/cloud.ts';
import { allInOne, allResources, content, threeControls } from '../steps/clouds.ts';

const CHASSIS = '/usr/local/sbin/cloudwright-chassis';

describe('the chassis script', () => {
  it('marks gateways, uses the kernel’s datapath and leaves the tunnel’s address where it is', () => {
    const gateway = content(threeControls(), 'control1', CHASSIS);
    expect(gateway).toContain(`'external_ids:ovn-cms-options="enable-chassis-as-gw"'`);
    expect(gateway).toContain(`'external_ids:ovn-encap-ip="198.51.100.11"'`);
    expect(gateway).toContain('datapath_type=system');
    expect(gateway).not.toContain('br-overlay');
    const compute = content(threeControls(), 'compute1', CHASSIS);
    expect(compute).not.toContain('enable-chassis-as-gw');
    expect(compute).toContain("--may-exist add-port 'br-ex' 'eth2'");
  });

  it('puts the tunnel’s address on a bridge in user space', () => {
    const script = content(allInOne(), 'one', CHASSIS);
    expect(script).toContain('datapath_type=netdev');
    expect(script).toContain('ip addr replace 198.51.100.11/24 dev br-overlay\n');
    expect(script).toContain("ethtool -K 'eth2' tx off");
  });

  it('connects over TLS with the certificate of the host, in the transaction that names the addresses', () => {
    for (const host of ['control1', 'compute1']) {
      expect(content(threeControls(), host, CHASSIS)).toContain(
        `\novs-vsctl set-ssl /etc/cloudwright/tls/ovn/key.pem /etc/cloudwright/tls/ovn/certificate.pem /etc/cloudwright/tls/ovn/ca.pem -- set open_vswitch . 'external_ids:ovn-remote="ssl:192.0.2.11:6642,ssl:192.0.2.12:6642,ssl:192.0.2.13:6642"' `,
      );
    }
  });

  it('runs when the certificate is there, and not again for a new one, which would cut the tunnels', () => {
    const unit = allResources(threeControls()).find(
      ({ id }) => id === 'compute1/service:cloudwright-chassis',
    );
    const certificate = 'compute1/file:/etc/cloudwright/tls/ovn/certificate.pem';
    expect(unit?.after).toContain(certificate);
    expect(unit?.watches).not.toContain(certificate);
  });

  // Neutron would schedule a router or a flat network to a host that has no port in it.
  it('maps a physical network to its bridge only on hosts with a port in it', () => {
    const context = threeControls();
    const hosts: Cloud['hosts'] = context.cloud.hosts.map((host) => {
      if (host.name !== 'compute2') return host;
      const { provider: _provider, ...interfaces } = host.interfaces;
      return { ...host, interfaces };
    });
    const partial = { ...context, cloud: { ...context.cloud, hosts } };
    expect(content(partial, 'compute1', CHASSIS)).toContain(
      `'external_ids:ovn-bridge-mappings="external:br-ex"'`,
    );
    const without = content(partial, 'compute2', CHASSIS);
    expect(without).toContain(`'external_ids:ovn-bridge-mappings=""'`);
    expect(without).not.toContain('br-ex');
  });
});
