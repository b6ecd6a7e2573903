import {
  absentService,
  carried,
  each,
  type KeyTable,
  meaningless,
  presentService,
  unsupported,
} from './rule.ts';

const REPOSITORIES =
  'Packages come from Debian, not from yum repositories. A mirror is named under `packages` in the description.';
const SUBSCRIPTION = 'Debian needs no subscription; nothing of it is kept.';
const OWN_CA =
  'Cloudwright makes a certificate authority of its own for the cloud and keeps it in the vault.';

/** Packstack groups GLOBAL, VMWARE, UNSUPPORTED, SERVERPREPARE, RHEL, RHSM, RHSM_PROXY, SATELLITE, SSL. */
export const globalKeys: KeyTable = {
  CONFIG_SSH_KEY: carried(undefined, 'text'),
  CONFIG_DEFAULT_PASSWORD: carried('', 'text'),
  CONFIG_SERVICE_WORKERS: unsupported(
    '%{::processorcount}',
    'The number of workers is fitted to each host by its processors and memory and cannot be set.',
    { same: ['%{::processorcount}', ''] },
  ),
  CONFIG_MARIADB_INSTALL: presentService(
    'y',
    'Cloudwright always runs MariaDB on the control hosts; an existing database server is not used, and nothing in it is touched.',
  ),
  CONFIG_MANILA_INSTALL: absentService(
    'n',
    'Shared file systems are not deployed: the cloud will have no share service.',
  ),
  CONFIG_CEILOMETER_INSTALL: absentService(
    'y',
    'Metering is not deployed: the cloud will have no ceilometer and no gnocchi.',
  ),
  CONFIG_AODH_INSTALL: absentService('y', 'Alarming is not deployed: the cloud will have no aodh.'),
  CONFIG_MAGNUM_INSTALL: absentService(
    'n',
    'Container clusters are not deployed: the cloud will have no magnum.',
  ),
  CONFIG_TROVE_INSTALL: absentService(
    'n',
    'Databases as a service are not deployed: the cloud will have no trove.',
  ),
  CONFIG_IRONIC_INSTALL: absentService(
    'n',
    'Bare-metal machines are not managed: the cloud will have no ironic.',
  ),
  CONFIG_CLIENT_INSTALL: meaningless(
    'y',
    'The client runs where you like; `openrc` and `clouds.yaml` for it are always written.',
    { value: 'yes-no' },
  ),
  CONFIG_NTP_SERVERS: carried('', 'text'),
  EXCLUDE_SERVERS: carried('', 'hosts'),
  CONFIG_DEBUG_MODE: absentService(
    'n',
    'Services log at the usual level; debug logging is switched on at the host when it is wanted.',
  ),
  CONFIG_CONTROLLER_HOST: carried(undefined, 'host'),
  CONFIG_COMPUTE_HOSTS: carried(undefined, 'hosts'),
  CONFIG_NETWORK_HOSTS: carried(undefined, 'hosts'),
  CONFIG_VMWARE_BACKEND: absentService(
    'n',
    'VMware vCenter is not used as hypervisor: instances run under KVM or QEMU on the compute hosts.',
  ),
  CONFIG_UNSUPPORTED: carried('n', 'yes-no'),
  CONFIG_USE_SUBNETS: carried('n', 'yes-no'),
  ...each(
    {
      CONFIG_VCENTER_HOST: '',
      CONFIG_VCENTER_USER: '',
      CONFIG_VCENTER_PASSWORD: '',
      CONFIG_VCENTER_CLUSTER_NAMES: '',
    },
    (initial) => unsupported(initial, 'VMware vCenter is not used here.', { when: 'vmware', same: [''] }),
  ),
  CONFIG_STORAGE_HOST: carried(undefined, 'host', 'unsupported'),
  CONFIG_REPO: meaningless('', REPOSITORIES),
  CONFIG_ENABLE_RDO_TESTING: meaningless('n', REPOSITORIES, { value: 'yes-no' }),
  CONFIG_RH_USER: meaningless('', SUBSCRIPTION),
  CONFIG_SATELLITE_URL: meaningless('', SUBSCRIPTION),
  CONFIG_RH_SAT6_SERVER: meaningless('', SUBSCRIPTION),
  ...each(
    {
      CONFIG_RH_PW: '',
      CONFIG_RH_PROXY: '',
      CONFIG_RH_SAT6_ORG: '',
      CONFIG_RH_SAT6_KEY: '',
    },
    (initial) => meaningless(initial, SUBSCRIPTION, { when: 'rhsm' }),
  ),
  CONFIG_RH_OPTIONAL: meaningless('y', SUBSCRIPTION, { value: 'yes-no', when: 'rhsm' }),
  ...each({ CONFIG_RH_PROXY_PORT: '', CONFIG_RH_PROXY_USER: '', CONFIG_RH_PROXY_PW: '' }, (initial) =>
    meaningless(initial, SUBSCRIPTION, { when: 'rhsm-proxy' }),
  ),
  ...each(
    {
      CONFIG_SATELLITE_USER: '',
      CONFIG_SATELLITE_PW: '',
      CONFIG_SATELLITE_AKEY: '',
      CONFIG_SATELLITE_CACERT: '',
      CONFIG_SATELLITE_PROFILE: '',
      CONFIG_SATELLITE_FLAGS: '',
      CONFIG_SATELLITE_PROXY: '',
    },
    (initial) => meaningless(initial, SUBSCRIPTION, { when: 'satellite' }),
  ),
  ...each({ CONFIG_SATELLITE_PROXY_USER: '', CONFIG_SATELLITE_PROXY_PW: '' }, (initial) =>
    meaningless(initial, SUBSCRIPTION, { when: 'satellite-proxy' }),
  ),
  CONFIG_SSL_CACERT_FILE: meaningless('/etc/pki/tls/certs/selfcert.crt', OWN_CA),
  CONFIG_SSL_CACERT_KEY_FILE: meaningless('/etc/pki/tls/private/selfkey.key', OWN_CA),
  CONFIG_SSL_CERT_DIR: meaningless('~/packstackca/', OWN_CA),
  CONFIG_SSL_CACERT_SELFSIGN: unsupported(
    'y',
    'A given certificate authority is not taken over by the import. Put it into the vault as `tls_ca_certificate` and `tls_ca_key` before the first run.',
    { value: 'yes-no', same: ['y'] },
  ),
  ...each(
    {
      CONFIG_SSL_CERT_SUBJECT_C: '--',
      CONFIG_SSL_CERT_SUBJECT_ST: 'State',
      CONFIG_SSL_CERT_SUBJECT_L: 'City',
      CONFIG_SSL_CERT_SUBJECT_O: 'openstack',
      CONFIG_SSL_CERT_SUBJECT_OU: 'packstack',
      CONFIG_SSL_CERT_SUBJECT_CN: undefined,
      CONFIG_SSL_CERT_SUBJECT_MAIL: undefined,
    },
    (initial) => meaningless(initial, `${OWN_CA} Its subject is the name of the cloud.`),
  ),
};
