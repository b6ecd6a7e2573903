import type { Cloud } from '../cloud/cloud.ts';
import { memcachedServers } from '../cloud/endpoints.ts';
import { secretOf } from '../cloud/secrets.ts';
import { controlHosts, vip } from '../cloud/topology.ts';
import type { ShellCheck } from '../engine/check.ts';
import { plain, type Text, text } from '../secrets/confidential.ts';
import type { HostContext, ServiceDefinition } from './definition.ts';

const BACKEND_PORT = 8081;

/** Horizon behind the VIP, where haproxy ends TLS. */
export const dashboard: ServiceDefinition = {
  name: 'dashboard',
  project: 'horizon',
  title: 'Dashboard (Horizon)',
  needs: ['identity'],
  optional: { summary: 'Horizon.', default: true },
  account: false,
  plugins: true,
  secrets: [{ name: 'horizon_secret_key', kind: 'characters-64' }],
  files: [{ name: 'local_settings.d/_90_cloudwright.py', on: controlHosts, content: settings }],
  installers: {
    packstack: { secrets: { CONFIG_HORIZON_SECRET_KEY: 'horizon_secret_key' } },
    kolla: { secrets: { horizon_secret_key: 'horizon_secret_key' } },
    burrito: {
      switch: null,
      meaningless: { vault_horizon_password: 'the dashboard has no database here' },
    },
  },
  processes: [
    {
      name: 'web',
      kind: 'site',
      on: controlHosts,
      port: BACKEND_PORT,
      health: '/horizon/auth/login/',
      balanced: {
        section: 'dashboard',
        port: (cloud) => cloud.dashboardPort,
        public: true,
        lines: [
          // Apache knows nothing of TLS and would redirect the browser to http.
          'http-request redirect location /horizon/ if { path / }',
          'http-response set-header Strict-Transport-Security max-age=31536000',
          'balance source',
        ],
      },
      startsAfter: ['memcached'],
    },
  ],
  checks: ({ cloud, control }) => [loginPageCheck(cloud, control.name)],
};

function settings({ cloud, url }: HostContext): Text {
  const locations = memcachedServers(cloud)
    .map((server) => `'${server}'`)
    .join(', ');
  return text`ALLOWED_HOSTS = ['*']
OPENSTACK_HOST = '${vip(cloud)}'
OPENSTACK_KEYSTONE_URL = '${url('identity')}/v3'
OPENSTACK_ENDPOINT_TYPE = 'internalURL'
OPENSTACK_API_VERSIONS = {'identity': 3, 'image': 2, 'volume': 3}
OPENSTACK_KEYSTONE_MULTIDOMAIN_SUPPORT = False
OPENSTACK_KEYSTONE_DEFAULT_DOMAIN = 'Default'
SESSION_ENGINE = 'django.contrib.sessions.backends.cache'
CACHES = {
    'default': {
        'BACKEND': 'django.core.cache.backends.memcached.PyMemcacheCache',
        'LOCATION': [${locations}],
        # A dead member must cost a log-in no more than a second, and lose its own sessions alone.
        'OPTIONS': {'connect_timeout': 1, 'timeout': 2, 'ignore_exc': True},
    },
}
# The same on every control host, or a session made on one would be refused by the next.
SECRET_KEY = '${secretOf(cloud, 'horizon_secret_key')}'
# haproxy ends TLS and says so in this header.
SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_SECURE = True
`;
}

/** The address that operators are given, followed as a browser does. */
function loginPageCheck(cloud: Cloud, host: string): ShellCheck {
  const url = `https://${vip(cloud)}:${cloud.dashboardPort}/`;
  return {
    via: 'shell',
    id: 'login-page',
    title: 'the log-in page comes over TLS through the VIP',
    host,
    limitSeconds: 300,
    // The certificate is checked too, against the deployment's authority.
    script: `authority=$(mktemp) && trap 'rm -f "$authority"' EXIT && cat > "$authority" <<'PEM'
${plain(secretOf(cloud, 'tls_ca_certificate'))}
PEM
curl -s -L --max-redirs 5 -m 30 --cacert "$authority" -w '\\n%{http_code} %{url_effective}' ${url}`,
    judge: ({ stdout, stderr, exitCode }) => {
      const [code = '', reached = ''] = (stdout.trim().split('\n').at(-1) ?? '').split(' ');
      const form = stdout.includes('csrfmiddlewaretoken');
      if (exitCode === 0 && code === '200' && form && reached.startsWith('https:'))
        return { ok: true, sentence: `${url} leads to the log-in form` };
      return {
        ok: false,
        sentence: `${url} leads to ${reached || 'nothing'} and answers ${code || 'nothing'}`,
        evidence: stderr || stdout.slice(0, 400),
      };
    },
  };
}
