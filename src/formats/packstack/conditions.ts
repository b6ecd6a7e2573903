import { switchOf } from '../serviceKeys.ts';
import { importableServices } from '../services.ts';
import type { Reading } from './reading.ts';

interface Applies {
  /** Whether Packstack would read the keys of the group. */
  readonly test: (reading: Reading) => boolean;
  /** What has to be so, for the report. */
  readonly text: string;
}

function installed(key: string): Applies {
  return { test: (reading) => reading.yes(key), text: `${key} is y` };
}

function backend(name: string): Applies {
  return {
    test: (reading) =>
      reading.yes('CONFIG_CINDER_INSTALL') &&
      reading
        .effective('CONFIG_CINDER_BACKEND')
        .split(',')
        .some((part) => part.trim() === name),
    text: `CONFIG_CINDER_BACKEND names ${name}`,
  };
}

function filled(...keys: readonly string[]): Applies {
  return {
    test: (reading) => keys.some((key) => reading.effective(key) !== ''),
    text: `${keys.join(' or ')} is given`,
  };
}

export type Agent = 'ovn' | 'openvswitch';

/** The agent that the answers ask for: CONFIG_NEUTRON_L2_AGENT, else the one among the mechanism drivers. */
export function agentOf(reading: Reading): Agent {
  const agent = reading.value('CONFIG_NEUTRON_L2_AGENT');
  if (agent === 'ovn') return 'ovn';
  if (agent !== undefined && agent !== '') return 'openvswitch';
  const drivers = reading.effective('CONFIG_NEUTRON_ML2_MECHANISM_DRIVERS').split(',');
  return drivers.some((driver) => driver.trim() === 'ovn') ? 'ovn' : 'openvswitch';
}

function deployedServices(): Readonly<Record<string, Applies>> {
  return Object.fromEntries(
    importableServices.flatMap((service) => {
      const key = switchOf(service, 'packstack');
      return key ? [[service.project, installed(key)]] : [];
    }),
  );
}

/** Packstack's PRE_CONDITION of each group of keys; the keys of a service that is deployed here go by its project. */
export const conditions: Readonly<Record<string, Applies>> = {
  vmware: installed('CONFIG_VMWARE_BACKEND'),
  unsupported: installed('CONFIG_UNSUPPORTED'),
  rhsm: filled('CONFIG_RH_USER', 'CONFIG_RH_SAT6_SERVER'),
  'rhsm-proxy': filled('CONFIG_RH_PROXY'),
  satellite: filled('CONFIG_SATELLITE_URL'),
  'satellite-proxy': filled('CONFIG_SATELLITE_PROXY'),
  'amqp-auth': installed('CONFIG_AMQP_ENABLE_AUTH'),
  ldap: {
    test: (reading) => reading.effective('CONFIG_KEYSTONE_IDENTITY_BACKEND') === 'ldap',
    text: 'CONFIG_KEYSTONE_IDENTITY_BACKEND is ldap',
  },
  lvm: backend('lvm'),
  'lvm-create': {
    test: (reading) => backend('lvm').test(reading) && reading.yes('CONFIG_CINDER_VOLUMES_CREATE'),
    text: 'CONFIG_CINDER_BACKEND names lvm and CONFIG_CINDER_VOLUMES_CREATE is y',
  },
  nfs: backend('nfs'),
  netapp: backend('netapp'),
  solidfire: backend('solidfire'),
  ironic: installed('CONFIG_IRONIC_INSTALL'),
  ovs: {
    test: (reading) => reading.yes('CONFIG_NEUTRON_INSTALL') && agentOf(reading) === 'openvswitch',
    text: 'CONFIG_NEUTRON_L2_AGENT is openvswitch',
  },
  ovn: {
    test: (reading) => reading.yes('CONFIG_NEUTRON_INSTALL') && agentOf(reading) === 'ovn',
    text: 'CONFIG_NEUTRON_L2_AGENT is ovn',
  },
  manila: installed('CONFIG_MANILA_INSTALL'),
  'horizon-ssl': {
    test: (reading) => reading.yes('CONFIG_HORIZON_INSTALL') && reading.yes('CONFIG_HORIZON_SSL'),
    text: 'CONFIG_HORIZON_SSL is y',
  },
  demo: installed('CONFIG_PROVISION_DEMO'),
  tempest: installed('CONFIG_PROVISION_TEMPEST'),
  ceilometer: installed('CONFIG_CEILOMETER_INSTALL'),
  redis: {
    test: (reading) =>
      reading.yes('CONFIG_CEILOMETER_INSTALL') &&
      reading.effective('CONFIG_CEILOMETER_COORDINATION_BACKEND') === 'redis',
    text: 'CONFIG_CEILOMETER_COORDINATION_BACKEND is redis',
  },
  aodh: {
    test: (reading) => reading.yes('CONFIG_CEILOMETER_INSTALL') && reading.yes('CONFIG_AODH_INSTALL'),
    text: 'CONFIG_CEILOMETER_INSTALL and CONFIG_AODH_INSTALL are y',
  },
  trove: installed('CONFIG_TROVE_INSTALL'),
  magnum: installed('CONFIG_MAGNUM_INSTALL'),
  ...deployedServices(),
};
