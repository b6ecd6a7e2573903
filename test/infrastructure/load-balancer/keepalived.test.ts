import { describe, expect, it } from 'vitest';
import { allInOne, allResources, block, content, threeControls } from '../../steps/clouds.ts';

const PATH = '/etc/keepalived/keepalived.conf';

describe('keepalived', () => {
  it('gives each control host a priority and its peers, and both addresses a router of their own', () => {
    const configuration = content(threeControls(), 'control2', PATH);
    expect(block(configuration, 'vrrp_instance MANAGEMENT')).toEqual([
      '  state BACKUP',
      '  nopreempt',
      '  interface eth1',
      '  virtual_router_id 51',
      '  priority 110',
      '  advert_int 1',
      '  unicast_src_ip 192.0.2.12',
      '  unicast_peer {',
      '    192.0.2.11',
      '    192.0.2.13',
      '  }',
      '  authentication {',
      '    auth_type PASS',
      '    auth_pass hidden-keepalived_password-',
      '  }',
      '  virtual_ipaddress {',
      '    192.0.2.100/24 dev eth1',
      '  }',
      '  track_script {',
      '    haproxy_alive',
      '  }',
      '}',
    ]);
    const service = block(configuration, 'vrrp_instance SERVICE');
    expect(service).toContain('  virtual_router_id 52');
    expect(service).toContain('    203.0.113.100/24 dev eth0');
  });

  // H9: with all of them restarting at once nobody would hold the address.
  it('restarts on one host at a time', () => {
    const holders = allResources(threeControls()).filter(({ id }) => id.endsWith('/service:keepalived'));
    expect(holders.map(({ turn }) => turn?.group)).toEqual(['keepalived', 'keepalived', 'keepalived']);
  });

  it('ranks the hosts in the order of the description', () => {
    const priorities = ['control1', 'control2', 'control3'].map(
      (host) => /priority (\d+)/.exec(content(threeControls(), host, PATH))?.[1],
    );
    expect(priorities).toEqual(['120', '110', '100']);
  });

  it('has no peers and no second instance on a lone host', () => {
    const configuration = content(allInOne(), 'one', PATH);
    expect(configuration).not.toContain('unicast_peer');
    expect(configuration).not.toContain('vrrp_instance SERVICE');
    expect(configuration).toContain('    192.0.2.100/24 dev eth1');
  });

  it('passes from the last router id to the first', () => {
    const context = threeControls();
    const cloud = { ...context.cloud, virtualRouterId: 255 };
    expect(block(content({ ...context, cloud }, 'control1', PATH), 'vrrp_instance SERVICE')).toContain(
      '  virtual_router_id 1',
    );
  });

  it('gives the address up when it ends', () => {
    const dropIn = content(
      threeControls(),
      'control1',
      '/etc/systemd/system/keepalived.service.d/cloudwright.conf',
    );
    expect(dropIn).toContain('ExecStopPost=-/usr/sbin/ip addr del 192.0.2.100/24 dev eth1\n');
    expect(dropIn).toContain('ExecStopPost=-/usr/sbin/ip addr del 203.0.113.100/24 dev eth0\n');
  });
});
