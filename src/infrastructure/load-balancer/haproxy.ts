import { certificatePaths, type TrustDomain } from '../../cloud/certificates.ts';
import type { Cloud, Host } from '../../cloud/cloud.ts';
import { LOOPBACK } from '../../cloud/endpoints.ts';
import { ports } from '../../cloud/ports.ts';
import { controlHosts, vip } from '../../cloud/topology.ts';
import { type Component, pathOf } from '../../platform/platform.ts';
import { MANAGED } from '../../resources/index.ts';
import { joinTexts, type Text, text } from '../../secrets/confidential.ts';
import {
  CACHE_CONNECTIONS,
  DATABASE_CONNECTIONS,
  HTTP_CONNECTIONS,
  LOCAL_CONNECTIONS,
  STATISTICS_CONNECTIONS,
} from './limits.ts';

/** One section of haproxy.cfg: a port of the virtual address and the servers behind it. */
export interface BalancedSection {
  readonly name: string;
  readonly port: number;
  readonly backendPort: number;
  readonly hosts: readonly Host[];
  /** Connections that it takes at a time. */
  readonly connections: number;
  readonly lines: readonly string[];
  /** An HTTP service: haproxy ends TLS with the cloud's certificate, and asks the servers over TLS too. */
  readonly http?: {
    /** Whose authority the servers' certificates lead to: of haproxy on their hosts, or of the servers themselves. */
    readonly domain: Extract<TrustDomain, 'balancer' | 'gateway'>;
  };
  /** On the service network's address as well. */
  readonly public?: true;
  /** One active, the rest backup: writes meet on one node. */
  readonly single?: true;
  /** Always taken to be up. */
  readonly unchecked?: true;
}

/** What a service says of a process behind the virtual address. */
export interface HttpSection extends Omit<BalancedSection, 'connections' | 'lines' | 'http'> {
  /** The process itself answers over TLS; by default the haproxy of its host does, and the process on loopback alone. */
  readonly endsTls?: boolean;
  readonly health: string;
  readonly lines?: readonly string[];
}

/** A section as it is written, and the connections that it takes at a time. */
interface Written {
  readonly connections: number;
  readonly text: string;
}

/** A section for an HTTP service. An API that answers "which version?" or "who are you?" is alive. */
export function httpSection({ health, endsTls = false, lines = [], ...proxy }: HttpSection): BalancedSection {
  return {
    ...proxy,
    http: { domain: endsTls ? 'gateway' : 'balancer' },
    // A client that opens connections and says nothing holds a place for a minute, and all of them never the places of
    // another service.
    connections: HTTP_CONNECTIONS,
    lines: [
      'mode http',
      // Only what went wrong is logged (defaults), and then with the request, the server and the status.
      'option httplog',
      // The services believe these headers (oslo.middleware): they are haproxy's to say.
      ...['For', 'Host', 'Prefix'].map((name) => `http-request del-header X-Forwarded-${name}`),
      'http-request del-header Forwarded',
      'option forwardfor',
      'http-request set-header X-Forwarded-Proto https',
      'timeout http-request 10s',
      'timeout client 60s',
      'timeout http-keep-alive 60s',
      `option httpchk GET ${health}`,
      'http-check expect rstatus ^(2|3)[0-9][0-9]|401$',
      // A request that has not reached a server yet may go to another one.
      'option redispatch',
      `retry-on conn-failure ${UNREACHED}`,
      `http-response set-status 503 reason "Service Unavailable" if { status ${UNREACHED} }`,
      // A handshake for each request would double the time of a small one.
      'http-reuse aggressive',
      ...lines,
    ],
  };
}

/**
 * What haproxy on a server's host answers when the process is not there, to which the request was then never given. No
 * API answers it (RFC 8470), so it is not mistaken for the 503 of a process, after which nothing is repeated.
 */
const UNREACHED = 425;

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
    connections: DATABASE_CONNECTIONS,
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

/**
 * Everything that answers on the virtual address, and TLS in front of what this host runs. `services`: the sections of
 * the OpenStack services.
 */
export function haproxyConfiguration(
  cloud: Cloud,
  host: Host,
  haproxy: Component,
  services: readonly BalancedSection[],
): Text {
  const { interval, rise, fall } = cloud.ha;
  const certificate = pathOf(haproxy, 'certificate');
  const sections = [
    ...[databaseProxy(cloud), ...services].map((proxy) => section(cloud, proxy, certificate)),
    ...localSections(host, services),
    ...cacheSections(cloud, host),
  ];
  const connections = sections.reduce((sum, written) => sum + written.connections, STATISTICS_CONNECTIONS);
  const head = text`# ${MANAGED}
global
  log /dev/log local0
  user ${haproxy.user ?? 'haproxy'}
  group ${haproxy.group ?? 'haproxy'}
  daemon
  maxconn ${connections}
  # Two files for each connection: where a host allows fewer, haproxy says so in its log and starts all the same.
  no strict-limits
  stats socket ${pathOf(haproxy, 'statistics')} mode 660 level admin
  ssl-default-bind-options ssl-min-ver TLSv1.2
  ssl-default-server-options ssl-min-ver TLSv1.2

defaults
  log global
  mode tcp
  option dontlognull
  option tcplog
  option dontlog-normal
  timeout connect 5s
  timeout client 3600s
  timeout server 3600s
  timeout tunnel 3600s
  timeout check 10s
  timeout http-request 30s
  # A server that is down is asked every second, so that one that comes back is used at once.
  default-server inter ${interval}s fastinter 1s downinter 1s rise ${rise} fall ${fall}

listen statistics
  mode http
  maxconn ${STATISTICS_CONNECTIONS}
  timeout client 10s
  bind ${vip(cloud)}:${ports.statistics}
  stats enable
  stats uri /
  stats auth cloudwright:${cloud.secrets.haproxy_stats_password}
`;
  return joinTexts([head, ...sections.map((written) => written.text)], '\n');
}

function listen(name: string, connections: number, lines: readonly string[]): Written {
  const written = [`maxconn ${connections}`, ...lines].map((line) => `  ${line}`);
  return { connections, text: [`listen ${name}`, ...written, ''].join('\n') };
}

function section(cloud: Cloud, proxy: BalancedSection, certificate: string): Written {
  const tls = proxy.http ? ` ssl crt ${certificate}` : '';
  const service = cloud.networks.service?.vip;
  const addresses = [vip(cloud), ...(proxy.public && service ? [service] : [])];
  const binds = addresses.map((address) => `bind ${address}:${proxy.port}${tls}`);
  const servers = proxy.hosts.map((host, index) => {
    const check = proxy.unchecked ? '' : ' check';
    const backup = proxy.single && index > 0 ? ' backup' : '';
    const peer = proxy.http ? verified(host, proxy.http.domain) : '';
    return `server ${host.name} ${host.addresses.management}:${proxy.backendPort}${peer}${check}${backup}`;
  });
  const lines = [...proxy.lines, ...(proxy.http ? rateLimit(cloud) : [])];
  return listen(proxy.name, proxy.connections, [...binds, ...lines, ...servers]);
}

/** haproxy takes 64 words in a line. */
const ADDRESSES_IN_LINE = 32;

/**
 * Users' requests are counted by their address, for each service by itself. Not those of the cloud's own hosts: the
 * services ask one another through the virtual address, and the dashboard asks for all of its users.
 */
function rateLimit({ rateLimit: limit, hosts }: Cloud): readonly string[] {
  if (!limit) return [];
  const own = [...new Set(hosts.flatMap(({ addresses }) => Object.values(addresses)))];
  const chunks = Array.from({ length: Math.ceil(own.length / ADDRESSES_IN_LINE) }, (_, index) =>
    own.slice(index * ADDRESSES_IN_LINE, (index + 1) * ADDRESSES_IN_LINE),
  );
  return [
    `stick-table type ip size 100k expire ${limit.seconds}s store http_req_rate(${limit.seconds}s)`,
    ...chunks.map((addresses) => `acl own_host src ${addresses.join(' ')}`),
    'http-request track-sc0 src unless own_host',
    `http-request return status 429 content-type text/plain string "Too many requests" hdr Retry-After ${limit.seconds} if { sc_http_req_rate(0) gt ${limit.requests} }`,
  ];
}

/** Where haproxy finds the authority of a domain's servers. */
export function authorityFile(domain: TrustDomain): string {
  const { authority } = certificatePaths('balancer');
  return domain === 'balancer' ? authority : authority.replace('/ca.pem', `/${domain}-ca.pem`);
}

/** Options of a server that is believed when its certificate names its host. */
function verified(host: Host, domain: TrustDomain): string {
  return ` ssl verify required ca-file ${authorityFile(domain)} verifyhost ${host.name}`;
}

/** Sections whose processes on this host are behind its haproxy. */
function endedHere(host: Host, services: readonly BalancedSection[]): readonly BalancedSection[] {
  return services.filter(({ http, hosts }) => http?.domain === 'balancer' && hosts.includes(host));
}

/** Ports of the host's own address at which haproxy ends TLS. */
export function localPorts(host: Host, services: readonly BalancedSection[]): readonly number[] {
  return [...endedHere(host, services).map(({ backendPort }) => backendPort), ports.cache];
}

/**
 * Bytes of a body from which on the haproxy that asks may not have the request as a whole, which repeating it takes: it
 * keeps 15 KiB with the headers (tune.bufsize less tune.maxrewrite).
 */
const LARGE_BODY = 8192;

/**
 * uWSGI closes each connection a moment after its answer, and does not say so in the answer. A next request on it would be
 * lost, and haproxy would close the client's connection without an answer (it does so where a connection is reused).
 */
const CLOSE_TO_PROCESS = 'option http-server-close';

/** Attempts, one a second, to connect to a process for a request that cannot be repeated elsewhere. */
const HELD = 60;

/**
 * TLS in front of the processes of this host, which listen on loopback alone. While a process restarts, a request that no
 * other server can be given waits here: nothing of it has been sent yet.
 */
function localSections(host: Host, services: readonly BalancedSection[]): readonly Written[] {
  const { both } = certificatePaths('balancer');
  return endedHere(host, services).map(({ name, backendPort }) => {
    const process = `server process ${LOOPBACK}:${backendPort}`;
    const local = listen(`${name}-local`, LOCAL_CONNECTIONS, [
      'mode http',
      'option httplog',
      `bind ${host.addresses.management}:${backendPort} ssl crt ${both}`,
      // The haproxy that asks goes to another host, and keeps connections for later: this end must not close them first.
      'retries 0',
      'timeout http-keep-alive 1h',
      CLOSE_TO_PROCESS,
      'http-response set-var(txn.answered) bool(true)',
      `http-after-response set-status ${UNREACHED} if { status 503 } !{ var(txn.answered) -m bool }`,
      `use_backend ${name}-held if { req.hdr_val(content-length) gt ${LARGE_BODY} } || { req.hdr(transfer-encoding) -m found }`,
      process,
    ]);
    const held = [
      `backend ${name}-held`,
      '  mode http',
      `  ${CLOSE_TO_PROCESS}`,
      `  retries ${HELD}`,
      `  ${process}`,
      '',
    ];
    return { ...local, text: [local.text, ...held].join('\n') };
  });
}

/**
 * memcached of this host for the other control hosts, and theirs for this one. Its clients have no TLS that they check
 * (keystonemiddleware has none at all) and take what they read for Python objects: haproxy speaks TLS for them on both ends.
 */
function cacheSections(cloud: Cloud, host: Host): readonly Written[] {
  const { both, authority } = certificatePaths('balancer');
  const controls = controlHosts(cloud);
  const peers = controls.map((control, index) =>
    listen(`cache-${control.name}`, Math.floor(CACHE_CONNECTIONS / controls.length), [
      `bind ${LOOPBACK}:${ports.cacheMembers + index}`,
      `server ${control.name} ${control.addresses.management}:${ports.cache}${verified(control, 'balancer')} crt ${both}`,
    ]),
  );
  const own = listen('cache-local', CACHE_CONNECTIONS, [
    `bind ${host.addresses.management}:${ports.cache} ssl crt ${both} ca-file ${authority} verify required`,
    `server process ${LOOPBACK}:${ports.cache}`,
  ]);
  return [own, ...peers];
}
