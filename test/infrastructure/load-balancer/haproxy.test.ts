import { describe, expect, it } from 'vitest';
import health from '../../../src/infrastructure/database/health.sh';
import { balancedProcesses, deployedServices } from '../../../src/services/derived.ts';
import {
  allChecks,
  allInOne,
  allResources,
  block,
  content,
  files,
  threeControls,
} from '../../steps/clouds.ts';

const PATH = '/etc/haproxy/haproxy.cfg';

/** What the sections of all HTTP services have in common. */
const HTTP = [
  '  mode http',
  '  option httplog',
  '  http-request del-header X-Forwarded-For',
  '  http-request del-header X-Forwarded-Host',
  '  http-request del-header X-Forwarded-Prefix',
  '  http-request del-header Forwarded',
  '  option forwardfor',
  '  http-request set-header X-Forwarded-Proto https',
  '  timeout http-request 10s',
  '  timeout client 60s',
  '  timeout http-keep-alive 60s',
  '  option httpchk GET /',
  '  http-check expect rstatus ^(2|3)[0-9][0-9]|401$',
  '  option redispatch',
  '  retry-on conn-failure 425',
  '  http-response set-status 503 reason "Service Unavailable" if { status 425 }',
  '  http-reuse aggressive',
];

/** Options of the servers: certificate and host name are checked. */
const peer = (host: string, authority = 'ca.pem') =>
  ` ssl verify required ca-file /etc/cloudwright/tls/balancer/${authority} verifyhost ${host} check`;

describe('haproxy on three control hosts', () => {
  const configuration = content(threeControls(), 'control1', PATH);

  it('offers the same on every control host and on no other', () => {
    const written = files(threeControls()).filter((file) => file.path === PATH);
    expect(written.map((file) => file.host)).toEqual(['control1', 'control2', 'control3']);
    const offered = (host: string) => content(threeControls(), host, PATH).split(/\nlisten \S+-local\n/)[0];
    expect(offered('control1')).toContain('listen object-store');
    for (const host of ['control2', 'control3']) expect(offered(host)).toBe(offered('control1'));
  });

  it('takes the check timings from the level', () => {
    expect(block(configuration, 'defaults')).toContain(
      '  default-server inter 3s fastinter 1s downinter 1s rise 1 fall 2',
    );
  });

  // M2: idle connections to one service shut all of them for an hour.
  it('gives each HTTP section a limit, and no client more than a minute to say something', () => {
    const sections = configuration.split('\nlisten ').slice(1);
    const web = sections.filter(
      (section) => section.includes('mode http') && !/^(statistics|\S+-local)\n/.test(section),
    );
    expect(web.length).toBeGreaterThan(8);
    for (const section of web) {
      expect(section).toContain('  timeout http-request 10s\n');
      expect(section).toContain('  timeout client 60s\n');
    }
  });

  // All sections had one limit in common: requests to the APIs, which have a second connection on each host, took the
  // places of the database.
  it.each([
    ['three control hosts', configuration],
    ['one', content(allInOne(), 'one', PATH)],
  ])('has a limit for each section, which no other can use up, with %s', (_name, text) => {
    const sections = text.split('\nlisten ').slice(1);
    const limitOf = (section: string) => Number(/^ {2}maxconn (\d+)$/m.exec(section)?.[1]);
    const limits = new Map(sections.map((section) => [section.split('\n')[0] ?? '', limitOf(section)]));
    for (const [name, limit] of limits) expect(limit, name).toBeGreaterThan(0);
    const all = limitOf(text.split('\nlisten ')[0] ?? '');
    expect([...limits.values()].reduce((sum, limit) => sum + limit, 0)).toBeLessThanOrEqual(all);
    expect(limits.get('identity')).toBe(500);
    // Both virtual addresses may be held, by different hosts.
    expect(limits.get('identity-local')).toBeGreaterThanOrEqual(2 * 500);
    // A container may allow fewer files: haproxy would not start there.
    expect(block(text, 'global')).toContain('  no strict-limits');
    // Two descriptors for each connection, and systemd's hard limit for a service.
    expect(2 * all + 4 * sections.length).toBeLessThan(524_288 / 2);
  });

  it('takes as many connections to the database and to memcached as these do', () => {
    const options = content(threeControls(), 'control1', '/etc/mysql/mariadb.conf.d/90-cloudwright.cnf');
    expect(options).toContain('\nmax_connections = 4096\n');
    expect(content(threeControls(), 'control1', '/etc/memcached.conf')).toContain('\n-c 8192\n');
    expect(block(configuration, 'listen cache-local')[0]).toBe('  maxconn 8192');
    expect(block(configuration, 'listen database')[0]).toBe('  maxconn 4096');
  });

  describe('with a rate limit', () => {
    const { cloud, ...rest } = threeControls();
    const limited = content(
      { ...rest, cloud: { ...cloud, rateLimit: { requests: 200, seconds: 10 } } },
      'control1',
      PATH,
    );
    const sections = limited.split('\nlisten ').slice(1);

    it('is none by default', () => {
      expect(configuration).not.toMatch(/stick-table|429/);
    });

    it('counts and answers 429 in each HTTP section, and in no other', () => {
      const web = sections.filter((section) => section.includes('ssl crt /etc/haproxy/'));
      expect(web.length).toBeGreaterThan(8);
      for (const section of web) {
        expect(section).toContain('  stick-table type ip size 100k expire 10s store http_req_rate(10s)\n');
        expect(section).toMatch(
          / {2}http-request track-sc0 src unless own_host\n {2}http-request return status 429 .* hdr Retry-After 10 if \{ sc_http_req_rate\(0\) gt 200 \}\n/,
        );
      }
      for (const section of sections.filter((other) => !web.includes(other)))
        expect(section).not.toMatch(/stick-table|429/);
    });

    // A limit for the services themselves would stop the cloud under load.
    it('exempts every host of the cloud, in lines that haproxy can read', () => {
      const [host] = cloud.hosts;
      if (!host) throw new Error('the cloud has no host');
      const many = Array.from({ length: 100 }, (_, index) => ({
        ...host,
        addresses: { management: `198.51.100.${index + 1}` },
      }));
      const hosts = [...cloud.hosts, ...many] as typeof cloud.hosts;
      const whole = content(
        { ...rest, cloud: { ...cloud, hosts, rateLimit: { requests: 1, seconds: 1 } } },
        'control1',
        PATH,
      );
      const lines = block(whole, 'listen identity').filter((line) => line.startsWith('  acl own_host src '));
      const exempt = lines.flatMap((line) => line.trim().split(' ').slice(3));
      expect(exempt).toEqual([...new Set(hosts.flatMap(({ addresses }) => Object.values(addresses)))]);
      for (const line of lines) expect(line.split(' ').length).toBeLessThan(64);
    });
  });

  it('takes no word of a client for where a request came from', () => {
    const api = block(configuration, 'listen compute').join('\n');
    for (const header of ['X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Prefix', 'Forwarded'])
      expect(api).toContain(`  http-request del-header ${header}\n`);
    expect(api.indexOf('del-header X-Forwarded-For')).toBeLessThan(api.indexOf('option forwardfor'));
  });

  it('writes to one database member, whose health is asked over HTTP', () => {
    expect(block(configuration, 'listen database')).toEqual([
      '  maxconn 4096',
      '  bind 192.0.2.100:3306',
      '  option httpchk GET /',
      '  option clitcpka',
      '  option srvtcpka',
      '  retries 0',
      '  timeout connect 1s',
      '  timeout check 20s',
      '  default-server port 9200 inter 2s fastinter 1s fall 3 rise 2 on-marked-down shutdown-sessions on-marked-up shutdown-backup-sessions',
      '  server control1 192.0.2.11:3306 check',
      '  server control2 192.0.2.12:3306 check backup',
      '  server control3 192.0.2.13:3306 check backup',
    ]);
  });

  // A migration was cut in the middle, since the health of a loaded member came later than its second.
  it('does not take a slow database for a dead one', () => {
    const lines = block(configuration, 'listen database').join('\n');
    const seconds = Number(/timeout check (\d+)s/.exec(lines)?.[1]);
    // As long as health.sh waits for its answer, and more.
    const patience = Number(/timeout (\d+) mariadb/.exec(health)?.[1]);
    expect(patience).toBeGreaterThanOrEqual(15);
    expect(seconds).toBeGreaterThan(patience);
    expect(Number(/ fall (\d+)/.exec(lines)?.[1])).toBeGreaterThanOrEqual(3);
    // H12: a member that comes back ends what was written beside it.
    expect(lines).toContain('on-marked-up shutdown-backup-sessions');
  });

  it('takes the only member to be up: a late answer under load must not cut its clients off', () => {
    const alone = allInOne();
    const [host] = alone.cloud.hosts;
    expect(block(content(alone, host?.name ?? '', PATH), 'listen database').slice(2)).toEqual([
      '  option clitcpka',
      '  option srvtcpka',
      `  server ${host?.name} ${host?.addresses.management}:3306`,
    ]);
  });

  it('spreads an API over all members', () => {
    expect(block(configuration, 'listen identity')).toEqual([
      '  maxconn 500',
      '  bind 192.0.2.100:5000 ssl crt /etc/haproxy/cloudwright.pem',
      '  bind 203.0.113.100:5000 ssl crt /etc/haproxy/cloudwright.pem',
      ...HTTP,
      `  server control1 192.0.2.11:5000${peer('control1')}`,
      `  server control2 192.0.2.12:5000${peer('control2')}`,
      `  server control3 192.0.2.13:5000${peer('control3')}`,
    ]);
  });

  it('ends TLS for dashboard and console, on the service network too', () => {
    expect(block(configuration, 'listen dashboard').slice(1, 3)).toEqual([
      '  bind 192.0.2.100:31000 ssl crt /etc/haproxy/cloudwright.pem',
      '  bind 203.0.113.100:31000 ssl crt /etc/haproxy/cloudwright.pem',
    ]);
    expect(block(configuration, 'listen console')).toContain(
      '  bind 203.0.113.100:6080 ssl crt /etc/haproxy/cloudwright.pem',
    );
  });

  it('sends the object store to the gateways', () => {
    expect(block(configuration, 'listen object-store')).toEqual([
      '  maxconn 500',
      '  bind 192.0.2.100:8080 ssl crt /etc/haproxy/cloudwright.pem',
      '  bind 203.0.113.100:8080 ssl crt /etc/haproxy/cloudwright.pem',
      ...HTTP,
      `  server storage1 192.0.2.31:7480${peer('storage1', 'gateway-ca.pem')}`,
      `  server storage2 192.0.2.32:7480${peer('storage2', 'gateway-ca.pem')}`,
      `  server storage3 192.0.2.33:7480${peer('storage3', 'gateway-ca.pem')}`,
    ]);
  });
});

// H2, H3: requests went from haproxy to the APIs in clear text, and whoever reached memcached could write to it.
describe('TLS in front of what a control host runs', () => {
  const configuration = content(threeControls(), 'control2', PATH);

  it('is at the host’s own address, and the process on loopback', () => {
    expect(block(configuration, 'listen identity-local')).toEqual([
      '  maxconn 1000',
      '  mode http',
      '  option httplog',
      '  bind 192.0.2.12:5000 ssl crt /etc/cloudwright/tls/balancer/both.pem',
      '  retries 0',
      '  timeout http-keep-alive 1h',
      '  option http-server-close',
      '  http-response set-var(txn.answered) bool(true)',
      '  http-after-response set-status 425 if { status 503 } !{ var(txn.answered) -m bool }',
      '  use_backend identity-held if { req.hdr_val(content-length) gt 8192 } || { req.hdr(transfer-encoding) -m found }',
      '  server process 127.0.0.1:5000',
    ]);
    // What is too large for another attempt by the balancer that asks waits for the process.
    expect(block(configuration, 'backend identity-held')).toEqual([
      '  mode http',
      '  option http-server-close',
      '  retries 60',
      '  server process 127.0.0.1:5000',
    ]);
    expect(configuration).not.toContain('listen object-store-local');
  });

  it('lets control hosts alone ask memcached, which each asks by its own haproxy', () => {
    expect(block(configuration, 'listen cache-local')).toEqual([
      '  maxconn 8192',
      '  bind 192.0.2.12:11211 ssl crt /etc/cloudwright/tls/balancer/both.pem ca-file /etc/cloudwright/tls/balancer/ca.pem verify required',
      '  server process 127.0.0.1:11211',
    ]);
    expect(block(configuration, 'listen cache-control3')).toEqual([
      '  maxconn 2730',
      '  bind 127.0.0.1:11313',
      '  server control3 192.0.2.13:11211 ssl verify required ca-file /etc/cloudwright/tls/balancer/ca.pem verifyhost control3 crt /etc/cloudwright/tls/balancer/both.pem',
    ]);
    expect(content(threeControls(), 'control2', '/etc/memcached.conf')).toContain('\n-l 127.0.0.1\n');
  });

  it('is read again when a certificate changes', () => {
    const haproxy = allResources(threeControls()).find(({ id }) => id === 'control1/service:haproxy');
    const certificates = files(threeControls()).filter(
      ({ host, path }) => host === 'control1' && path.startsWith('/etc/cloudwright/tls/balancer/'),
    );
    expect(certificates.map(({ path, mode }) => `${path.split('/').at(-1)} ${mode}`).sort()).toEqual([
      'both.pem 0600',
      'ca.pem 0644',
      'gateway-ca.pem 0644',
    ]);
    expect(haproxy?.watches).toEqual(
      expect.arrayContaining(certificates.map(({ host, path }) => `${host}/file:${path}`)),
    );
  });

  it('is named by no configuration of a host without haproxy', () => {
    for (const { host, path } of files(threeControls()))
      if (!host.startsWith('control'))
        expect(content(threeControls(), host, path), `${host} ${path}`).not.toMatch(/127\.0\.0\.1:113/);
  });
});

describe('the services behind haproxy', () => {
  const context = threeControls();
  const { cloud } = context;
  const configuration = content(context, 'control2', PATH);
  const balanced = balancedProcesses(cloud);

  it.each(balanced)(
    '$section has a health check and every one of its hosts',
    ({ process, section, port, backendPort }) => {
      const lines = block(configuration, `listen ${section}`);
      expect(process.health).toMatch(/^\//);
      expect(lines).toContain(`  option httpchk GET ${process.health}`);
      const servers = process
        .on(cloud)
        .map(
          (host) =>
            `  server ${host.name} ${host.addresses.management}:${backendPort}${peer(host.name, section === 'object-store' ? 'gateway-ca.pem' : 'ca.pem')}`,
        );
      expect(lines.filter((line) => line.startsWith('  server '))).toEqual(servers);
      expect(lines[1]).toContain(`  bind 192.0.2.100:${port}`);
      // H13: a request that met a dead server goes to another one.
      expect(lines).toEqual(expect.arrayContaining(['  option redispatch', '  retry-on conn-failure 425']));
    },
  );

  // O3: docs and schema promised it, and only the dashboard and the console were there.
  it('answer on the service network too, as far as the catalog names them', () => {
    const catalog = deployedServices(cloud).flatMap(({ catalog: entries = [] }) => entries);
    expect(catalog.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['identity', 'compute', 'object-store']),
    );
    for (const { type, port } of catalog) {
      const offering = balanced.find((found) => found.port === port);
      expect(offering?.process.balanced?.public, type).toBe(true);
      const lines = block(configuration, `listen ${offering?.section}`);
      expect(lines, type).toContain(`  bind 203.0.113.100:${port} ssl crt /etc/haproxy/cloudwright.pem`);
    }
    // What only other services ask is not there.
    expect(block(configuration, 'listen metadata').join()).not.toContain('203.0.113.100');
  });

  it('are in the catalog under the address that people reach, and the one that services do', () => {
    const entries = allResources(context).filter(
      ({ kind, desired }) => kind.via === 'api' && 'endpoints' in (desired as object),
    );
    expect(entries.length).toBeGreaterThan(8);
    for (const { id, desired } of entries) {
      const { endpoints } = desired as { readonly endpoints: Readonly<Record<string, string>> };
      expect(endpoints.public, id).toMatch(/^https:\/\/203\.0\.113\.100:\d+/);
      expect(endpoints.internal, id).toMatch(/^https:\/\/192\.0\.2\.100:\d+/);
    }
  });

  // O4: Apache knows nothing of TLS, and sent the browser from https to http.
  it('lead from the dashboard’s address to its log-in page without leaving TLS', () => {
    expect(block(configuration, 'listen dashboard')).toEqual(
      expect.arrayContaining([
        '  http-request redirect location /horizon/ if { path / }',
        '  http-request set-header X-Forwarded-Proto https',
      ]),
    );
    const check = allChecks(context).find(({ id }) => id === 'login-page');
    if (check?.via !== 'shell') throw new Error('a shell check is expected');
    // From the address that operators are given, with redirections followed.
    expect(check.script).toMatch(/curl -s -L .* https:\/\/192\.0\.2\.100:31000\/$/);
    const judge = (stdout: string) => check.judge({ exitCode: 0, stdout, stderr: '' }).ok;
    expect(
      judge('<input name="csrfmiddlewaretoken">\n200 https://192.0.2.100:31000/horizon/auth/login/'),
    ).toBe(true);
    expect(judge('<input name="csrfmiddlewaretoken">\n200 http://192.0.2.100:31000/horizon/')).toBe(false);
    expect(judge('\n500 https://192.0.2.100:31000/horizon/auth/login/')).toBe(false);
  });
});

describe('haproxy on one host', () => {
  it('has one server in each section and binds no second address', () => {
    const configuration = content(allInOne(), 'one', PATH);
    const sections = configuration.split('\nlisten ').slice(2);
    // The database, 13 services of which all but the object store have TLS in front, and memcached from both sides.
    expect(sections).toHaveLength(1 + 13 + 12 + 2);
    for (const section of sections.map((text) => text.split('\nbackend ')[0] ?? '')) {
      expect(section.match(/^ {2}server (one 192\.0\.2\.11|process 127\.0\.0\.1):\d+( .*)?$/gm)).toHaveLength(
        1,
      );
      expect(section.match(/^ {2}bind /gm)).toHaveLength(1);
    }
  });

  it('leaves out the sections of services that are off', () => {
    const configuration = content(
      allInOne(
        '\nservices: { dashboard: false, orchestration: false, key-manager: false, object-store: false }\n',
      ),
      'one',
      PATH,
    );
    for (const name of ['dashboard', 'orchestration', 'key-manager', 'object-store']) {
      expect(configuration).not.toContain(`listen ${name}`);
    }
  });
});
