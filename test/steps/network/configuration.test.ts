import { describe, expect, it } from 'vitest';
import { allInOne, allResources, content, iniSection, threeControls } from '../clouds.ts';

const NEUTRON = '/etc/neutron/neutron.conf';
const ML2 = '/etc/neutron/plugins/ml2/ml2_conf.ini';
const CHASSIS = '/usr/local/sbin/cloudwright-chassis';

describe('neutron.conf', () => {
  it('has the database on control hosts only', () => {
    expect(iniSection(content(threeControls(), 'control2', NEUTRON), 'database')[0]).toBe(
      'connection = mysql+pymysql://neutron:hidden-neutron_database_password-@192.0.2.100:3306/neutron?charset=utf8',
    );
    const compute = content(threeControls(), 'compute1', NEUTRON);
    for (const name of ['database', 'keystone_authtoken', 'nova', 'placement'])
      expect(iniSection(compute, name)).toEqual([]);
  });

  it('routes only where there are tenant networks', () => {
    expect(iniSection(content(allInOne(), 'one', NEUTRON), 'DEFAULT')).toContain(
      'service_plugins = ovn-router',
    );
    const { cloud, facts } = allInOne();
    const { overlay: _overlay, ...networks } = cloud.networks;
    const flat = { facts, cloud: { ...cloud, networks } };
    expect(iniSection(content(flat, 'one', NEUTRON), 'DEFAULT')).toContain('service_plugins = ');
    expect(iniSection(content(flat, 'one', ML2), 'ml2')).toContain('tenant_network_types = ');
  });
});

describe('ml2_conf.ini', () => {
  it('speaks to every OVN database', () => {
    expect(iniSection(content(threeControls(), 'control1', ML2), 'ovn')).toEqual([
      'ovn_nb_connection = tcp:192.0.2.11:6641,tcp:192.0.2.12:6641,tcp:192.0.2.13:6641',
      'ovn_sb_connection = tcp:192.0.2.11:6642,tcp:192.0.2.12:6642,tcp:192.0.2.13:6642',
      'ovn_l3_scheduler = leastloaded',
      'ovn_metadata_enabled = true',
      'enable_distributed_floating_ip = false',
    ]);
  });

  it('names the physical networks', () => {
    expect(iniSection(content(threeControls(), 'control1', ML2), 'ml2_type_flat')).toEqual([
      'flat_networks = external',
    ]);
  });
});

describe('the chassis script', () => {
  it('marks gateways, uses the kernel’s datapath and leaves the tunnel’s address where it is', () => {
    const gateway = content(threeControls(), 'control1', CHASSIS);
    expect(gateway).toContain('external_ids:ovn-cms-options=\\"enable-chassis-as-gw\\"');
    expect(gateway).toContain('external_ids:ovn-encap-ip=\\"198.51.100.11\\"');
    expect(gateway).toContain('datapath_type=system');
    expect(gateway).not.toContain('br-overlay');
    const compute = content(threeControls(), 'compute1', CHASSIS);
    expect(compute).not.toContain('enable-chassis-as-gw');
    expect(compute).toContain('--may-exist add-port br-ex eth2');
  });

  it('puts the tunnel’s address on a bridge in user space', () => {
    const script = content(allInOne(), 'one', CHASSIS);
    expect(script).toContain('datapath_type=netdev');
    expect(script).toContain('ip addr replace 198.51.100.11/24 dev br-overlay\n');
    expect(script).toContain('ethtool -K eth2 tx off');
  });
});

describe('OVN’s databases', () => {
  const path = '/etc/default/ovn-central';

  it('stand alone on one host', () => {
    expect(content(allInOne(), 'one', path)).toContain('OVN_CTL_OPTS=""\n');
  });

  it('form a cluster that the second host joins at the first', () => {
    expect(content(threeControls(), 'control1', path)).not.toContain('remote-addr');
    const second = content(threeControls(), 'control2', path);
    expect(second).toContain('--db-nb-cluster-local-addr=192.0.2.12 ');
    expect(second).toContain('--db-nb-cluster-remote-addr=192.0.2.11 ');
    expect(second).toContain('--db-sb-cluster-remote-addr=192.0.2.11 ');
  });

  it('are joined only once the first member listens', () => {
    const joining = allResources(threeControls()).find(({ id }) => id === 'control3/service:ovn-central');
    expect(joining?.after).toContain('control1/command:ovn-databases');
  });
});
