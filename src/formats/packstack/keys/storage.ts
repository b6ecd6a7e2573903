import { carried, each, type KeyTable, meaningless, presentService, unsupported } from './rule.ts';

const NETAPP =
  'Volumes are kept in Ceph; the array is not connected. A NetApp backend can be described under `storage.backends` but is not deployed yet.';
const SOLIDFIRE = 'Volumes are kept in Ceph; SolidFire arrays are not connected.';
const MANILA = 'Shared file systems are not deployed.';
const SWIFT_RINGS =
  'Objects are kept in Ceph and served by its gateway, so there are no rings, zones and file systems of Swift.';

/** Packstack groups GLANCE, CINDER with its backends, MANILA with its backends, SWIFT. */
export const storageKeys: KeyTable = {
  CONFIG_GLANCE_BACKEND: unsupported(
    'file',
    'Images are kept in Ceph, where every compute host reaches them and clones them without copying.',
    { value: ['file', 'swift'], when: 'glance' },
  ),
  CONFIG_CINDER_DB_PURGE_ENABLE: presentService(
    'y',
    'Rows of volumes that were deleted 30 days ago are purged every day.',
    'cinder',
  ),
  CONFIG_CINDER_BACKEND: carried('lvm', 'text', 'cinder'),
  CONFIG_CINDER_VOLUMES_CREATE: carried('y', 'yes-no', 'lvm'),
  CONFIG_CINDER_VOLUMES_SIZE: carried('20G', 'text', 'lvm-create'),
  CONFIG_CINDER_VOLUME_NAME: meaningless(
    'cinder-volumes',
    'Volumes are kept in Ceph pools, not in a volume group.',
    { when: 'lvm' },
  ),
  CONFIG_CINDER_NFS_MOUNTS: unsupported('', 'Volumes are kept in Ceph; the NFS exports are not mounted.', {
    when: 'nfs',
    same: [''],
  }),
  ...each(
    {
      CONFIG_CINDER_NETAPP_LOGIN: '',
      CONFIG_CINDER_NETAPP_PASSWORD: '',
      CONFIG_CINDER_NETAPP_HOSTNAME: '',
      CONFIG_CINDER_NETAPP_SERVER_PORT: '80',
      CONFIG_CINDER_NETAPP_STORAGE_FAMILY: 'ontap_cluster',
      CONFIG_CINDER_NETAPP_TRANSPORT_TYPE: 'http',
      CONFIG_CINDER_NETAPP_STORAGE_PROTOCOL: 'nfs',
      CONFIG_CINDER_NETAPP_SIZE_MULTIPLIER: '1.0',
      CONFIG_CINDER_NETAPP_EXPIRY_THRES_MINUTES: '720',
      CONFIG_CINDER_NETAPP_THRES_AVL_SIZE_PERC_START: '20',
      CONFIG_CINDER_NETAPP_THRES_AVL_SIZE_PERC_STOP: '60',
      CONFIG_CINDER_NETAPP_NFS_SHARES: '',
      CONFIG_CINDER_NETAPP_NFS_SHARES_CONFIG: '/etc/cinder/shares.conf',
      CONFIG_CINDER_NETAPP_VOLUME_LIST: '',
      CONFIG_CINDER_NETAPP_VFILER: '',
      CONFIG_CINDER_NETAPP_PARTNER_BACKEND_NAME: '',
      CONFIG_CINDER_NETAPP_VSERVER: '',
      CONFIG_CINDER_NETAPP_CONTROLLER_IPS: '',
      CONFIG_CINDER_NETAPP_SA_PASSWORD: '',
      CONFIG_CINDER_NETAPP_ESERIES_HOST_TYPE: 'linux_dm_mp',
      CONFIG_CINDER_NETAPP_WEBSERVICE_PATH: '/devmgr/v2',
      CONFIG_CINDER_NETAPP_STORAGE_POOLS: '',
    },
    (initial) => unsupported(initial, NETAPP, { when: 'netapp' }),
  ),
  ...each(
    {
      CONFIG_CINDER_SOLIDFIRE_LOGIN: '',
      CONFIG_CINDER_SOLIDFIRE_PASSWORD: '',
      CONFIG_CINDER_SOLIDFIRE_HOSTNAME: '',
    },
    (initial) => unsupported(initial, SOLIDFIRE, { when: 'solidfire' }),
  ),
  ...each(
    {
      CONFIG_MANILA_DB_PW: 'PW_PLACEHOLDER',
      CONFIG_MANILA_KS_PW: 'PW_PLACEHOLDER',
      CONFIG_MANILA_BACKEND: 'generic',
      CONFIG_MANILA_NETAPP_DRV_HANDLES_SHARE_SERVERS: 'false',
      CONFIG_MANILA_NETAPP_TRANSPORT_TYPE: 'https',
      CONFIG_MANILA_NETAPP_LOGIN: 'admin',
      CONFIG_MANILA_NETAPP_PASSWORD: '',
      CONFIG_MANILA_NETAPP_SERVER_HOSTNAME: '',
      CONFIG_MANILA_NETAPP_STORAGE_FAMILY: 'ontap_cluster',
      CONFIG_MANILA_NETAPP_SERVER_PORT: '443',
      CONFIG_MANILA_NETAPP_AGGREGATE_NAME_SEARCH_PATTERN: '(.*)',
      CONFIG_MANILA_NETAPP_ROOT_VOLUME_AGGREGATE: '',
      CONFIG_MANILA_NETAPP_ROOT_VOLUME_NAME: 'root',
      CONFIG_MANILA_NETAPP_VSERVER: '',
      CONFIG_MANILA_GENERIC_DRV_HANDLES_SHARE_SERVERS: 'true',
      CONFIG_MANILA_GENERIC_VOLUME_NAME_TEMPLATE: 'manila-share-%s',
      CONFIG_MANILA_GENERIC_SHARE_MOUNT_PATH: '/shares',
      CONFIG_MANILA_SERVICE_IMAGE_LOCATION: undefined,
      CONFIG_MANILA_SERVICE_INSTANCE_USER: 'ubuntu',
      CONFIG_MANILA_SERVICE_INSTANCE_PASSWORD: 'ubuntu',
      CONFIG_MANILA_NETWORK_TYPE: 'neutron',
      CONFIG_MANILA_NETWORK_STANDALONE_GATEWAY: '',
      CONFIG_MANILA_NETWORK_STANDALONE_NETMASK: '',
      CONFIG_MANILA_NETWORK_STANDALONE_SEG_ID: '',
      CONFIG_MANILA_NETWORK_STANDALONE_IP_RANGE: '',
      CONFIG_MANILA_NETWORK_STANDALONE_IP_VERSION: '4',
      CONFIG_MANILA_GLUSTERFS_SERVERS: '',
      CONFIG_MANILA_GLUSTERFS_NATIVE_PATH_TO_PRIVATE_KEY: '',
      CONFIG_MANILA_GLUSTERFS_VOLUME_PATTERN: '',
      CONFIG_MANILA_GLUSTERFS_TARGET: '',
      CONFIG_MANILA_GLUSTERFS_MOUNT_POINT_BASE: '',
      CONFIG_MANILA_GLUSTERFS_NFS_SERVER_TYPE: 'gluster',
      CONFIG_MANILA_GLUSTERFS_PATH_TO_PRIVATE_KEY: '',
      CONFIG_MANILA_GLUSTERFS_GANESHA_SERVER_IP: '',
    },
    (initial) => unsupported(initial, MANILA, { when: 'manila' }),
  ),
  CONFIG_SWIFT_KS_PW: meaningless(
    'PW_PLACEHOLDER',
    'Ceph’s gateway serves the objects; its keys are generated into the vault.',
    { when: 'swift' },
  ),
  CONFIG_SWIFT_STORAGES: carried('', 'text', 'swift'),
  CONFIG_SWIFT_STORAGE_ZONES: meaningless('1', SWIFT_RINGS, { value: 'integer', when: 'swift' }),
  CONFIG_SWIFT_STORAGE_REPLICAS: meaningless(
    '1',
    'Ceph keeps as many copies as there are hosts with disks, three at most; `storage.ceph.pool_size` says otherwise.',
    { value: 'integer', when: 'swift' },
  ),
  CONFIG_SWIFT_STORAGE_FSTYPE: meaningless('ext4', SWIFT_RINGS, { when: 'swift' }),
  CONFIG_SWIFT_HASH: meaningless(undefined, SWIFT_RINGS, { when: 'swift' }),
  CONFIG_SWIFT_STORAGE_SIZE: meaningless('2G', SWIFT_RINGS, { when: 'swift' }),
};
