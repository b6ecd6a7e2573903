import { absentService, carried, each, type KeyTable, meaningless, unsupported } from './rule.ts';

const CERTIFICATE =
  'The dashboard uses the cloud’s certificate. Put one of your own into the vault as `tls_certificate` and `tls_key`.';
const METERING = 'Metering is not deployed.';
const TEMPEST =
  'Tempest is not run. `cloudwright test` makes a network, an instance and a volume, reaches the instance and cleans up.';

/** Packstack groups HORIZON, HEAT, PROVISION, GNOCCHI, CEILOMETER, REDIS, AODH, TROVE, MAGNUM. */
export const serviceKeys: KeyTable = {
  CONFIG_HORIZON_SSL: unsupported('n', 'The dashboard is always served over https.', {
    value: 'yes-no',
    same: ['y'],
    when: 'horizon',
  }),
  ...each(
    { CONFIG_HORIZON_SSL_CERT: '', CONFIG_HORIZON_SSL_KEY: '', CONFIG_HORIZON_SSL_CACERT: '' },
    (initial) => unsupported(initial, CERTIFICATE, { when: 'horizon-ssl', same: [''] }),
  ),
  CONFIG_HEAT_CFN_INSTALL: unsupported(
    'y',
    'The CloudFormation API comes with orchestration and will be there.',
    {
      value: 'yes-no',
      same: ['y'],
      when: 'heat',
    },
  ),
  CONFIG_HEAT_DOMAIN: unsupported('heat', 'The domain of orchestration is called heat.', {
    same: ['heat'],
    when: 'heat',
  }),
  CONFIG_HEAT_DOMAIN_ADMIN: unsupported(
    'heat_admin',
    'Its administrator is called heat_domain_admin; only orchestration itself uses it.',
    {
      same: ['heat_domain_admin'],
      when: 'heat',
    },
  ),
  CONFIG_PROVISION_DEMO: carried('y', 'yes-no'),
  CONFIG_PROVISION_TEMPEST: absentService('n', TEMPEST),
  CONFIG_PROVISION_DEMO_FLOATRANGE: carried('172.24.4.0/24', 'text', 'demo'),
  CONFIG_PROVISION_DEMO_ALLOCATION_POOLS: carried('[]', 'text', 'demo'),
  CONFIG_PROVISION_IMAGE_URL: carried(undefined, 'text', 'demo'),
  CONFIG_PROVISION_IMAGE_NAME: meaningless(
    'cirros',
    'The acceptance test names its image itself and removes it again.',
    {
      when: 'demo',
    },
  ),
  CONFIG_PROVISION_IMAGE_FORMAT: meaningless(
    'qcow2',
    'The format of the test image is read from the image itself.',
    {
      when: 'demo',
    },
  ),
  CONFIG_PROVISION_IMAGE_PROPERTIES: unsupported('', 'The test image gets no properties.', {
    when: 'demo',
    same: [''],
  }),
  CONFIG_PROVISION_IMAGE_SSH_USER: meaningless(
    'cirros',
    'The acceptance test knows the users of its images.',
    {
      when: 'demo',
    },
  ),
  ...each(
    {
      CONFIG_TEMPEST_HOST: '',
      CONFIG_PROVISION_TEMPEST_USER: '',
      CONFIG_PROVISION_TEMPEST_USER_PW: 'PW_PLACEHOLDER',
      CONFIG_PROVISION_TEMPEST_FLOATRANGE: '172.24.4.0/24',
      CONFIG_PROVISION_TEMPEST_FLAVOR_NAME: 'm1.nano',
      CONFIG_PROVISION_TEMPEST_FLAVOR_DISK: '1',
      CONFIG_PROVISION_TEMPEST_FLAVOR_RAM: '128',
      CONFIG_PROVISION_TEMPEST_FLAVOR_VCPUS: '1',
      CONFIG_PROVISION_TEMPEST_FLAVOR_ALT_NAME: 'm1.micro',
      CONFIG_PROVISION_TEMPEST_FLAVOR_ALT_DISK: '1',
      CONFIG_PROVISION_TEMPEST_FLAVOR_ALT_RAM: '128',
      CONFIG_PROVISION_TEMPEST_FLAVOR_ALT_VCPUS: '1',
      CONFIG_RUN_TEMPEST_TESTS: 'smoke',
      CONFIG_SKIP_TEMPEST_TESTS: '',
    },
    (initial) => unsupported(initial, TEMPEST, { when: 'tempest' }),
  ),
  CONFIG_RUN_TEMPEST: absentService('n', TEMPEST, 'tempest'),
  ...each({ CONFIG_GNOCCHI_DB_PW: 'PW_PLACEHOLDER', CONFIG_GNOCCHI_KS_PW: 'PW_PLACEHOLDER' }, (initial) =>
    unsupported(initial, METERING, { when: 'ceilometer' }),
  ),
  ...each(
    {
      CONFIG_CEILOMETER_SECRET: undefined,
      CONFIG_CEILOMETER_KS_PW: 'PW_PLACEHOLDER',
      CONFIG_CEILOMETER_COORDINATION_BACKEND: 'redis',
    },
    (initial) => unsupported(initial, METERING, { when: 'ceilometer' }),
  ),
  CONFIG_ENABLE_CEILOMETER_MIDDLEWARE: absentService('n', METERING, 'ceilometer'),
  ...each({ CONFIG_REDIS_HOST: undefined, CONFIG_REDIS_PORT: '6379' }, (initial) =>
    unsupported(initial, `Redis serves only metering. ${METERING}`, { when: 'redis' }),
  ),
  ...each({ CONFIG_AODH_KS_PW: 'PW_PLACEHOLDER', CONFIG_AODH_DB_PW: 'PW_PLACEHOLDER' }, (initial) =>
    unsupported(initial, 'Alarming is not deployed.', { when: 'aodh' }),
  ),
  ...each(
    {
      CONFIG_TROVE_DB_PW: 'PW_PLACEHOLDER',
      CONFIG_TROVE_KS_PW: 'PW_PLACEHOLDER',
      CONFIG_TROVE_NOVA_USER: 'trove',
      CONFIG_TROVE_NOVA_TENANT: 'services',
      CONFIG_TROVE_NOVA_PW: 'PW_PLACEHOLDER',
    },
    (initial) => unsupported(initial, 'Databases as a service are not deployed.', { when: 'trove' }),
  ),
  ...each({ CONFIG_MAGNUM_DB_PW: 'PW_PLACEHOLDER', CONFIG_MAGNUM_KS_PW: 'PW_PLACEHOLDER' }, (initial) =>
    unsupported(initial, 'Container clusters are not deployed.', { when: 'magnum' }),
  ),
};
