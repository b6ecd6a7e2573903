import type { Cloud, Host } from '../../cloud/cloud.ts';
import { ports } from '../../cloud/ports.ts';
import { controlHosts, vip } from '../../cloud/topology.ts';
import { type Component, pathOf } from '../../platform/platform.ts';
import { MANAGED } from '../../resources/index.ts';
import { joinTexts, type Text, text } from '../../secrets/confidential.ts';

/** One section of haproxy.cfg: a port of the virtual address and the servers behind it. */
export interface BalancedSection {
  readonly name: string;
  readonly port: number;
  readonly backendPort: number;
  readonly hosts: readonly Host[];
  readonly lines: readonly string[];
  /** Ends TLS here with the deployment's certificate: every HTTP service. */
  readonly tls?: true;
  /** On the service network's address as well. */
  readonly public?: true;
  /** One active, the rest backup: writes meet on one node. */
  readonly single?: true;
  /** Always taken to be up. */
  readonly unchecked?: true;
}

/** What a service says of a process behind the virtual address. */
export interface HttpSection extends Omit<BalancedSection, 'lines' | 'tls'> {
  readonly health: string;
  readonly lines?: readonly string[];
}

/** Connections that each HTTP section takes at a time, and all sections together; each has two file descriptors. */
const HTTP_CONNECTIONS = 500;
const CONNECTIONS = 8000;

/** A section for an HTTP service. An API that answers "which version?" or "who are you?" is alive. */
export function httpSection({ health, lines = [], ...proxy }: HttpSection): BalancedSection {
  return {
    ...proxy,
    tls: true,
    lines: [
      'mode http',
      // Only what went wrong is logged (defaults), and then with the request, the server and the status.
      'option httplog',
      // The services believe these headers (oslo.middleware): they are haproxy's to say.
      ...['For', 'Host', 'Prefix'].map((name) => `http-request del-header X-Forwarded-${name}`),
      'http-request del-header Forwarded',
      'option forwardfor',
      'http-request set-header X-Forwarded-Proto https',
      // A client that opens connections and says nothing holds a place for a minute, and all of them never the places of
      // another service.
      `maxconn ${HTTP_CONNECTIONS}`,
      'timeout http-request 10s',
      'timeout client 60s',
      'timeout http-keep-alive 60s',
      `option httpchk GET ${health}`,
      'http-check expect rstatus ^(2|3)[0-9][0-9]|401$',
      // A request that has not reached a server yet may go to another one.
      'option redispatch',
      'retry-on conn-failure',
      ...lines,
    ],
  };
}

/** Seconds that the database may take to report its health: a loaded host is slow, and not dead. */
const DATABASE_PATIENCE = 20;

/** The database: one writer, the others stand by. */
function databaseProxy(cloud: Cloud): BalancedSection {
  const hosts = controlHosts(cloud);
  const base = {
    name: 'database',
    port: ports.database,
    backendPort: ports.database,
    hosts,
    single: true,
  } as const;
  const keepalive = ['option clitcpka', 'option srvtcpka'];
  // A single member has no standby: a check that is late under load would only disconnect its clients.
  if (hosts.length === 1) return { ...base, unchecked: true, lines: keepalive };
  return {
    ...base,
    lines: [
      'option httpchk GET /',
      ...keepalive,
      // haproxy 3.0 forgets clients whose server is marked down while it connects or waits to connect again: they stay
      // open without an answer. It does not wait, and connects for a second; `read_timeout` of the clients is for the rest.
      'retries 0',
      'timeout connect 1s',
      // A host that is gone does not take the connection, which shows within two intervals. One that is slow takes it
      // at once and answers late: cutting its clients off would end migrations in the middle.
      `timeout check ${DATABASE_PATIENCE}s`,
      `default-server port ${ports.databaseHealth} inter 2s fastinter 1s fall 3 rise 2 on-marked-down shutdown-sessions on-marked-up shutdown-backup-sessions`,
    ],
  };
}

/** Everything that answers on the virtual address. `services`: the sections of the OpenStack services. */
export function haproxyConfiguration(
  cloud: Cloud,
  haproxy: Component,
  services: readonly BalancedSection[],
): Text {
  const { interval, rise, fall } = cloud.ha;
  const head = text`# ${MANAGED}
global
  log /dev/log local0
  user ${haproxy.user ?? 'haproxy'}
  group ${haproxy.group ?? 'haproxy'}
  daemon
  maxconn ${CONNECTIONS}
  stats socket ${pathOf(haproxy, 'statistics')} mode 660 level admin
  ssl-default-bind-options ssl-min-ver TLSv1.2

defaults
  log global
  mode tcp
  option dontlognull
  option tcplog
  option dontlog-normal
  timeout connect 5s
  timeout client 3600s
  timeout server 3600s
  timeout check 10s
  timeout http-request 30s
  # A server that is down is asked every second, so that one that comes back is used at once.
  default-server inter ${interval}s fastinter 1s downinter 1s rise ${rise} fall ${fall}

listen statistics
  mode http
  maxconn 50
  timeout client 10s
  bind ${vip(cloud)}:${ports.statistics}
  stats enable
  stats uri /
  stats auth cloudwright:${cloud.secrets.haproxy_stats_password}
`;
  const certificate = pathOf(haproxy, 'certificate');
  const sections = [databaseProxy(cloud), ...services].map((proxy) => section(cloud, proxy, certificate));
  return joinTexts([head, ...sections], '\n');
}

function section(cloud: Cloud, proxy: BalancedSection, certificate: string): string {
  const tls = proxy.tls ? ` ssl crt ${certificate}` : '';
  const service = cloud.networks.service?.vip;
  const addresses = [vip(cloud), ...(proxy.public && service ? [service] : [])];
  const binds = addresses.map((address) => `  bind ${address}:${proxy.port}${tls}`);
  const servers = proxy.hosts.map((host, index) => {
    const check = proxy.unchecked ? '' : ' check';
    const backup = proxy.single && index > 0 ? ' backup' : '';
    return `  server ${host.name} ${host.addresses.management}:${proxy.backendPort}${check}${backup}`;
  });
  return [`listen ${proxy.name}`, ...binds, ...proxy.lines.map((line) => `  ${line}`), ...servers, ''].join(
    '\n',
  );
}
