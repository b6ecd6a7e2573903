import type { Cloud, Host } from '../cloud/cloud.ts';
import { secretOf } from '../cloud/secrets.ts';
import { controlHosts, firstControl, vip } from '../cloud/topology.ts';
import type { ShellCheck } from '../engine/check.ts';
import type { Resource } from '../engine/resource.ts';
import { absent, file, link, service } from '../resources/index.ts';
import { plain, type Text, text } from '../secrets/confidential.ts';
import { memcachedServers } from './shared/configuration.ts';
import { identityUrl, ports } from './shared/endpoints.ts';
import { factsOf } from './shared/facts.ts';
import { onControlHosts } from './shared/packages.ts';
import { apiProcesses } from './shared/workers.ts';
import type { Step, StepContext } from './step.ts';

/** Horizon behind the VIP: haproxy ends TLS on port 31000 (D1). */
export const dashboard: Step = {
  name: 'dashboard',
  title: 'Dashboard (Horizon)',
  needs: ['identity'],
  applies: (cloud) => cloud.services.has('dashboard'),
  packages: onControlHosts((cloud) => [
    'openstack-dashboard',
    'openstack-dashboard-apache',
    'apache2',
    'libapache2-mod-wsgi-py3',
    ...(cloud.services.has('orchestration') ? ['python3-heat-dashboard'] : []),
  ]),
  resources: (context) => controlHosts(context.cloud).flatMap((host) => hostResources(context, host)),
  checks: ({ cloud }) => [pageCheck(cloud)],
};

function settings(cloud: Cloud): Text {
  const locations = memcachedServers(cloud)
    .split(',')
    .map((server) => `'${server}'`)
    .join(', ');
  return text`# Managed by Cloudwright; changes are put back at the next apply.
ALLOWED_HOSTS = ['*']
OPENSTACK_HOST = '${vip(cloud)}'
OPENSTACK_KEYSTONE_URL = '${identityUrl(cloud)}'
OPENSTACK_API_VERSIONS = {'identity': 3, 'image': 2, 'volume': 3}
OPENSTACK_KEYSTONE_MULTIDOMAIN_SUPPORT = False
OPENSTACK_KEYSTONE_DEFAULT_DOMAIN = 'Default'
SESSION_ENGINE = 'django.contrib.sessions.backends.cache'
CACHES = {
    'default': {
        'BACKEND': 'django.core.cache.backends.memcached.PyMemcacheCache',
        'LOCATION': [${locations}],
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

function hostResources({ cloud, facts }: StepContext, host: Host): readonly Resource[] {
  const local = file(
    host.name,
    '/etc/openstack-dashboard/local_settings.d/_90_cloudwright.py',
    settings(cloud),
    {
      group: 'www-data',
      mode: '0640',
    },
  );
  const address = host.addresses.management;
  const listen = file(
    host.name,
    '/etc/apache2/ports.conf',
    `# Managed by Cloudwright; haproxy ends TLS in front.\nListen ${address}:${ports.dashboardBackend}\n`,
  );
  const site = file(
    host.name,
    '/etc/apache2/sites-available/cloudwright-dashboard.conf',
    `# Managed by Cloudwright; changes are put back at the next apply.
<VirtualHost ${address}:${ports.dashboardBackend}>
  WSGIScriptAlias /horizon /usr/share/openstack-dashboard/wsgi.py process-group=horizon
  WSGIDaemonProcess horizon user=www-data group=www-data processes=${apiProcesses(factsOf(facts, host.name))} threads=1 display-name=horizon
  WSGIProcessGroup horizon
  # Horizon's C extensions can't live in a second interpreter.
  WSGIApplicationGroup %{GLOBAL}
  Alias /static /var/lib/openstack-dashboard/static
  Alias /horizon/static /var/lib/openstack-dashboard/static
  RedirectMatch ^/$ /horizon/
  <Directory /usr/share/openstack-dashboard>
    Require all granted
  </Directory>
  <Directory /var/lib/openstack-dashboard/static>
    Require all granted
  </Directory>
  ErrorLog \${APACHE_LOG_DIR}/dashboard-error.log
  CustomLog \${APACHE_LOG_DIR}/dashboard-access.log combined
</VirtualHost>
`,
  );
  const enabled = link(
    host.name,
    '/etc/apache2/sites-enabled/cloudwright-dashboard.conf',
    '../sites-available/cloudwright-dashboard.conf',
    { after: [site] },
  );
  // The package's own sites listen on ports that are not ours, or need mod_ssl.
  const others = [
    '000-default',
    'default-ssl',
    'openstack-dashboard-alias-only',
    'openstack-dashboard',
    'openstack-dashboard-ssl',
    'openstack-dashboard-ssl-redirect',
  ].map((name) => absent(host.name, `/etc/apache2/sites-enabled/${name}.conf`));
  return [
    local,
    listen,
    site,
    enabled,
    ...others,
    service(host.name, 'apache2', { watches: [local, listen, site, enabled, ...others] }),
  ];
}

function pageCheck(cloud: Cloud): ShellCheck {
  const url = `https://${vip(cloud)}:${cloud.dashboardPort}/horizon/auth/login/`;
  return {
    via: 'shell',
    id: 'login-page',
    title: 'the login page comes over TLS through the VIP',
    host: firstControl(cloud).name,
    limitSeconds: 90,
    // The certificate is checked too, against the deployment's authority.
    script: `authority=$(mktemp) && trap 'rm -f "$authority"' EXIT && cat > "$authority" <<'PEM'
${plain(cloud.secrets.tls_ca_certificate)}
PEM
curl -s -m 30 --cacert "$authority" -w '\\n%{http_code}' ${url}`,
    judge: ({ stdout, stderr, exitCode }) => {
      const code = stdout.trim().split('\n').at(-1) ?? '';
      if (exitCode === 0 && code === '200' && stdout.includes('csrfmiddlewaretoken')) {
        return { ok: true, sentence: `${url} shows the login form` };
      }
      return {
        ok: false,
        sentence: `${url} answers ${code || 'nothing'}`,
        evidence: stderr || stdout.slice(0, 400),
      };
    },
  };
}
