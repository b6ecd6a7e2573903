import { describe, expect, it } from 'vitest';
import { allInOne, content, files, iniSection, threeControls } from '../steps/clouds.ts';

const NEUTRON = '/etc/neutron/neutron.conf';
const ML2 = '/etc/neutron/plugins/ml2/ml2_conf.ini';

describe('neutron.conf', () => {
  it('has the database on control hosts only', () => {
    expect(iniSection(content(threeControls(), 'control2', NEUTRON), 'database')[0]).toBe(
      'connection = mysql+pymysql://neutron:hidden-neutron_database_password-@192.0.2.100:3306/neutron?charset=utf8&ssl_ca=/etc/cloudwright/tls/database/ca.pem',
    );
    const compute = content(threeControls(), 'compute1', NEUTRON);
    for (const name of ['database', 'keystone_authtoken', 'nova', 'placement'])
      expect(iniSection(compute, name)).toEqual([]);
  });

  it('calls Nova and Placement as Neutron', () => {
    const control = content(threeControls(), 'control2', NEUTRON);
    for (const name of ['nova', 'placement'])
      expect(iniSection(control, name), name).toContain('username = neutron');
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
      'ovn_nb_connection = ssl:192.0.2.11:6641,ssl:192.0.2.12:6641,ssl:192.0.2.13:6641',
      'ovn_sb_connection = ssl:192.0.2.11:16642,ssl:192.0.2.12:16642,ssl:192.0.2.13:16642',
      ...['nb', 'sb'].flatMap((database) => [
        `ovn_${database}_ca_cert = /etc/neutron/ovn/ca.pem`,
        `ovn_${database}_certificate = /etc/neutron/ovn/certificate.pem`,
        `ovn_${database}_private_key = /etc/neutron/ovn/key.pem`,
      ]),
      'ovn_l3_scheduler = leastloaded',
      'ovn_metadata_enabled = true',
      'enable_distributed_floating_ip = false',
    ]);
  });

  it('has a copy of the key that Neutron’s group reads, on control hosts alone', () => {
    const copies = files(threeControls()).filter(({ path }) => path === '/etc/neutron/ovn/key.pem');
    expect(copies.map(({ host, mode, group }) => `${host} ${mode} ${group}`)).toEqual(
      ['control1', 'control2', 'control3'].map((host) => `${host} 0640 neutron`),
    );
    expect(content(threeControls(), 'control2', '/etc/neutron/ovn/key.pem')).toContain(
      'hidden-tls_ovn_host_control2_key-',
    );
  });

  it('names the physical networks', () => {
    expect(iniSection(content(threeControls(), 'control1', ML2), 'ml2_type_flat')).toEqual([
      'flat_networks = external',
    ]);
  });
});

describe('neutron_ovn_metadata_agent.ini', () => {
  it('asks the southbound database as its chassis', () => {
    const agent = content(threeControls(), 'compute1', '/etc/neutron/neutron_ovn_metadata_agent.ini');
    expect(iniSection(agent, 'ovn')).toEqual([
      'ovn_sb_connection = ssl:192.0.2.11:6642,ssl:192.0.2.12:6642,ssl:192.0.2.13:6642',
      'ovn_sb_ca_cert = /etc/cloudwright/tls/ovn/ca.pem',
      'ovn_sb_certificate = /etc/cloudwright/tls/ovn/certificate.pem',
      'ovn_sb_private_key = /etc/cloudwright/tls/ovn/key.pem',
    ]);
  });
});
