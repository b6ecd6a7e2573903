import type { Cloud } from '../../cloud/cloud.ts';
import { controlHosts, hostsWith, vip } from '../../cloud/topology.ts';
import { joinTexts, type Text, text } from '../../secrets/confidential.ts';
import { endpoints, ports } from '../shared/endpoints.ts';

interface Proxy {
  readonly name: string;
  readonly port: number;
  readonly backendPort: number;
  readonly hosts: readonly { readonly name: string; readonly address: string }[];
  readonly lines: readonly string[];
  /** Ends TLS here with the deployment's certificate. */
  readonly tls?: boolean;
  /** One active, the rest backup: writes meet on one node (C3). */
  readonly single?: boolean;
  /** Always taken to be up. */
  readonly unchecked?: boolean;
}

/** Everything that answers on the VIP: every API, the database, the broker, the dashboard (C2). */
export function haproxyConfiguration(cloud: Cloud): Text {
  const { interval, rise, fall } = cloud.ha;
  const head = text`# Managed by Cloudwright; changes are put back at the next apply.
global
  log /dev/log local0
  user haproxy
  group haproxy
  daemon
  maxconn 8000
  stats socket /run/haproxy/admin.sock mode 660 level admin
  ssl-default-bind-options ssl-min-ver TLSv1.2

defaults
  log global
  mode tcp
  option dontlognull
  timeout connect 5s
  timeout client 3600s
  timeout server 3600s
  timeout check 5s
  # A server that is down is asked every second, so that one that comes back is used at once.
  default-server inter ${interval}s fastinter 1s downinter 1s rise ${rise} fall ${fall}

listen statistics
  mode http
  bind ${vip(cloud)}:${ports.statistics}
  stats enable
  stats uri /
  stats auth cloudwright:${cloud.secrets.haproxy_stats_password}
`;
  return joinTexts([head, ...proxies(cloud).map((proxy) => section(cloud, proxy))], '\n');
}

function proxies(cloud: Cloud): readonly Proxy[] {
  const control = controlHosts(cloud).map((host) => ({
    name: host.name,
    address: host.addresses.management,
  }));
  const gateways = hostsWith(cloud, 'rgw').map((host) => ({
    name: host.name,
    address: host.addresses.management,
  }));
  const http = (check: string) => [
    'mode http',
    'option forwardfor',
    'http-request set-header X-Forwarded-Proto http',
    `option httpchk GET ${check}`,
    // An API that answers "which version?" or "who are you?" is alive.
    'http-check expect rstatus ^(2|3)[0-9][0-9]|401$',
  ];
  const api = (name: string, endpoint: { readonly port: number }, check = '/'): Proxy => ({
    name,
    port: endpoint.port,
    backendPort: endpoint.port,
    hosts: control,
    lines: http(check),
  });
  const has = cloud.services;
  const secure = [
    'mode http',
    'option forwardfor',
    'http-request set-header X-Forwarded-Proto https',
    'http-response set-header Strict-Transport-Security max-age=31536000',
  ];
  return [
    {
      name: 'database',
      port: ports.database,
      backendPort: ports.database,
      hosts: control,
      lines: [
        ...(control.length > 1 ? ['option httpchk GET /'] : []),
        'option clitcpka',
        'option srvtcpka',
        ...(control.length > 1
          ? [
              `default-server port ${ports.databaseHealth} inter 1s fall 2 rise 2 on-marked-down shutdown-sessions`,
            ]
          : []),
      ],
      single: true,
      // One member has nobody to hand over to: a check that comes late under load could only cut its clients off.
      unchecked: control.length === 1,
    },
    {
      name: 'messaging',
      port: ports.messaging,
      backendPort: ports.messaging,
      hosts: control,
      lines: ['option clitcpka', 'option srvtcpka'],
    },
    api('identity', endpoints.identity),
    api('image', endpoints.image),
    api('placement', endpoints.placement),
    api('compute', endpoints.compute),
    { ...api('metadata', { port: ports.metadata }), lines: ['mode http', 'option forwardfor'] },
    api('network', endpoints.network),
    api('volume', endpoints.volume),
    ...(has.has('orchestration') ? [api('orchestration', endpoints.orchestration)] : []),
    ...(has.has('key-manager') ? [api('key-manager', endpoints.keyManager)] : []),
    {
      name: 'console',
      port: ports.console,
      backendPort: ports.console,
      hosts: control,
      lines: ['mode http', 'balance source', 'timeout tunnel 3600s'],
      tls: true,
    },
    ...(has.has('dashboard')
      ? [
          {
            name: 'dashboard',
            port: cloud.dashboardPort,
            backendPort: ports.dashboardBackend,
            hosts: control,
            lines: [...secure, 'balance source'],
            tls: true,
          },
        ]
      : []),
    ...(has.has('object-store') && gateways.length > 0
      ? [
          {
            name: 'object-store',
            port: ports.objectStore,
            backendPort: ports.objectGateway,
            hosts: gateways,
            lines: ['mode http', 'option httpchk GET /'],
          },
        ]
      : []),
  ];
}

function section(cloud: Cloud, proxy: Proxy): string {
  const tls = proxy.tls ? ' ssl crt /etc/haproxy/cloudwright.pem' : '';
  const service = cloud.networks.service?.vip;
  // The service network's VIP carries what people use: the dashboard and the console (A4).
  const binds = [vip(cloud), ...(proxy.tls && service ? [service] : [])].map(
    (address) => `  bind ${address}:${proxy.port}${tls}`,
  );
  const servers = proxy.hosts.map(
    (host, index) =>
      `  server ${host.name} ${host.address}:${proxy.backendPort}${proxy.unchecked ? '' : ' check'}${proxy.single && index > 0 ? ' backup' : ''}`,
  );
  return [`listen ${proxy.name}`, ...binds, ...proxy.lines.map((line) => `  ${line}`), ...servers, ''].join(
    '\n',
  );
}
