import { describe, expect, it } from 'vitest';
import { allInOne, content, iniSection, threeControls } from '../steps/clouds.ts';

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
