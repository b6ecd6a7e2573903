import { carried, each, type KeyTable, meaningless, secret, unsupported } from './rule.ts';

const LDAP = 'Users and groups are kept in the cloud’s own database; the directory is not asked.';

/** Packstack groups AMQP, MARIADB, KEYSTONE, KEYSTONE_LDAP. */
export const platformKeys: KeyTable = {
  CONFIG_AMQP_BACKEND: unsupported('rabbitmq', 'RabbitMQ is the message broker of every cloud here.', {
    value: ['rabbitmq'],
    same: ['rabbitmq'],
  }),
  CONFIG_AMQP_HOST: carried(undefined, 'host'),
  CONFIG_AMQP_ENABLE_SSL: unsupported(
    'n',
    'The message broker is reached in clear text on the management network.',
    {
      value: 'yes-no',
      same: ['n'],
    },
  ),
  CONFIG_AMQP_ENABLE_AUTH: unsupported(
    'n',
    'Every client of the message broker has to log in; the password is generated.',
    {
      value: 'yes-no',
      same: ['y'],
    },
  ),
  CONFIG_AMQP_AUTH_USER: meaningless(
    'amqp_user',
    'The broker’s user is called openstack; nobody but the services sees it.',
    {
      when: 'amqp-auth',
    },
  ),
  CONFIG_AMQP_AUTH_PASSWORD: secret('messaging_password', 'amqp-auth'),
  CONFIG_MARIADB_HOST: carried(undefined, 'host'),
  CONFIG_MARIADB_USER: unsupported('root', 'The database’s administrator is root on the control hosts.', {
    same: ['root'],
  }),
  CONFIG_MARIADB_PW: meaningless(
    'PW_PLACEHOLDER',
    'Not used: root reaches the database over its local socket, without a password.',
  ),
  CONFIG_KEYSTONE_FERNET_TOKEN_ROTATE_ENABLE: unsupported(
    'y',
    'Fernet keys are not rotated by a timer; `cloudwright vault rotate fernet` rotates them.',
    { value: 'yes-no', same: ['n'] },
  ),
  CONFIG_KEYSTONE_REGION: carried('RegionOne', 'text'),
  CONFIG_KEYSTONE_ADMIN_EMAIL: meaningless(
    'root@localhost',
    'The admin user has no mail address; nothing sends mail to it.',
  ),
  CONFIG_KEYSTONE_ADMIN_USERNAME: unsupported('admin', 'The administrator is called admin.', {
    same: ['admin'],
  }),
  CONFIG_KEYSTONE_ADMIN_PW: secret('admin_password'),
  CONFIG_KEYSTONE_DEMO_PW: secret('demo_password'),
  CONFIG_KEYSTONE_API_VERSION: unsupported('v3', 'Version 3 is the only one that the release still has.', {
    same: ['v3', ''],
  }),
  CONFIG_KEYSTONE_TOKEN_FORMAT: unsupported('FERNET', 'Tokens are of the Fernet kind, the only one left.', {
    same: ['FERNET', 'fernet'],
  }),
  CONFIG_KEYSTONE_IDENTITY_BACKEND: unsupported('sql', LDAP, { value: ['sql', 'ldap'], same: ['sql'] }),
  ...each(
    {
      CONFIG_KEYSTONE_LDAP_URL: undefined,
      CONFIG_KEYSTONE_LDAP_USER_DN: '',
      CONFIG_KEYSTONE_LDAP_USER_PASSWORD: '',
      CONFIG_KEYSTONE_LDAP_SUFFIX: '',
      CONFIG_KEYSTONE_LDAP_QUERY_SCOPE: 'one',
      CONFIG_KEYSTONE_LDAP_PAGE_SIZE: '-1',
      CONFIG_KEYSTONE_LDAP_USER_SUBTREE: '',
      CONFIG_KEYSTONE_LDAP_USER_FILTER: '',
      CONFIG_KEYSTONE_LDAP_USER_OBJECTCLASS: '',
      CONFIG_KEYSTONE_LDAP_USER_ID_ATTRIBUTE: '',
      CONFIG_KEYSTONE_LDAP_USER_NAME_ATTRIBUTE: '',
      CONFIG_KEYSTONE_LDAP_USER_MAIL_ATTRIBUTE: '',
      CONFIG_KEYSTONE_LDAP_USER_ENABLED_ATTRIBUTE: '',
      CONFIG_KEYSTONE_LDAP_USER_ENABLED_MASK: '-1',
      CONFIG_KEYSTONE_LDAP_USER_ENABLED_DEFAULT: 'TRUE',
      CONFIG_KEYSTONE_LDAP_USER_ENABLED_INVERT: 'n',
      CONFIG_KEYSTONE_LDAP_USER_ATTRIBUTE_IGNORE: '',
      CONFIG_KEYSTONE_LDAP_USER_DEFAULT_PROJECT_ID_ATTRIBUTE: '',
      CONFIG_KEYSTONE_LDAP_USER_PASS_ATTRIBUTE: '',
      CONFIG_KEYSTONE_LDAP_USER_ENABLED_EMULATION_DN: '',
      CONFIG_KEYSTONE_LDAP_USER_ADDITIONAL_ATTRIBUTE_MAPPING: '',
      CONFIG_KEYSTONE_LDAP_GROUP_SUBTREE: '',
      CONFIG_KEYSTONE_LDAP_GROUP_FILTER: '',
      CONFIG_KEYSTONE_LDAP_GROUP_OBJECTCLASS: '',
      CONFIG_KEYSTONE_LDAP_GROUP_ID_ATTRIBUTE: '',
      CONFIG_KEYSTONE_LDAP_GROUP_NAME_ATTRIBUTE: '',
      CONFIG_KEYSTONE_LDAP_GROUP_MEMBER_ATTRIBUTE: '',
      CONFIG_KEYSTONE_LDAP_GROUP_DESC_ATTRIBUTE: '',
      CONFIG_KEYSTONE_LDAP_GROUP_ATTRIBUTE_IGNORE: '',
      CONFIG_KEYSTONE_LDAP_GROUP_ADDITIONAL_ATTRIBUTE_MAPPING: '',
      CONFIG_KEYSTONE_LDAP_USE_TLS: 'n',
      CONFIG_KEYSTONE_LDAP_TLS_CACERTDIR: '',
      CONFIG_KEYSTONE_LDAP_TLS_CACERTFILE: '',
      CONFIG_KEYSTONE_LDAP_TLS_REQ_CERT: 'demand',
    },
    (initial) => unsupported(initial, LDAP, { when: 'ldap' }),
  ),
};
