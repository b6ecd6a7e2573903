import { describe, expect, it } from 'vitest';
import { auditHosts, vaultVerdicts } from '../../src/app/audit.ts';
import type { ListedCertificate } from '../../src/app/certificates.ts';
import { CloudwrightError, problem } from '../../src/errors/problem.ts';
import type { Connection, Connections, ShellResult } from '../../src/hosts/connection.ts';
import { plain } from '../../src/secrets/confidential.ts';
import { rehearsal, scratch } from '../resources/sh.ts';
import { cloudOf } from '../steps/clouds.ts';

/** Nothing is probed: the only other host does not answer, and the one that does has the virtual address. */
const { secrets, ...cloud } = cloudOf(`
cloud: two
networks:
  management: { interface: eth1, cidr: 192.0.2.0/24, vip: 192.0.2.100 }
  provider: { interface: eth2 }
hosts:
  one: { address: 192.0.2.11, roles: [control, network, compute, storage], devices: ["file:/var/lib/osd0.img:20G"] }
  two: { address: 192.0.2.12, roles: [compute] }
test: { vantage: { host: one } }
`);
const FACTS = (id: string) => `== clock
1.0
== hostname
one
== os-release
ID=debian
VERSION_ID="13"
VERSION_CODENAME=trixie
== kernel
6.12
== cpus
2
== memory
MemTotal: 8388608 kB
== disk
Filesystem 1024-blocks Used Available Capacity Mounted on
/dev/sda1 100000000 1 99999999 1% /
== cloud-id
${id}
== addresses
2: eth1    inet 192.0.2.11/24 scope global eth1
2: eth1    inet 192.0.2.100/32 scope global eth1
== links
2: eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP
== end
`;

/** A host with tools of its own, on which everything is read by a real shell. */
function host(id: string, sockets: string): Connections {
  const { run } = rehearsal(scratch(), {
    ss: `[ "$*" = -Hltunp ] || unexpected; printf '%s\\n' '${sockets}'`,
    nft: 'exit 1',
    mariadb: `cat >/dev/null; printf 'server\\tup\\naccount\\troot\\tlocalhost\\tunix_socket\\t0\\t0\\t0\\n'`,
    runuser: `echo '{ok, ["openstack"]}'`,
    getent: `[ "$*" = shadow ] || unexpected; echo 'root:*:1'`,
    'dpkg-query': 'echo installed base',
    'apt-cache': `printf '%s\\n' 'base:' '  Installed: 1' ' *** 1 500' '        500 http://archive.example stable/main amd64 Packages'`,
    'apt-config': ':',
  });
  const connection: Connection = {
    host: 'one',
    run: async ({ script, doing }): Promise<ShellResult> => {
      if (doing === 'read its facts') return { exitCode: 0, stdout: FACTS(id), stderr: '' };
      if (doing !== 'audit it') throw new Error(`unexpected: ${doing}`);
      const { code, stdout, stderr } = run(script);
      return { exitCode: code, stdout, stderr };
    },
    close: async () => {},
  };
  const get = async (name: string) => {
    if (name === 'one') return connection;
    throw new CloudwrightError([
      problem('HOST_UNREACHABLE', { details: { host: name, address: 'x', detail: 'x' } }),
    ]);
  };
  return { get, fresh: get, closeAll: async () => {} } as Connections;
}

const SSHD = 'tcp LISTEN 0 1 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=1))';
const id = plain(secrets.cloud_id);
const audited = async (connections: Connections, quick = true) =>
  await auditHosts({ ...cloud, secrets }, connections, { quick }, { emit: () => {} });

describe('an audit of hosts', () => {
  it('reads everything of a host at once, and says which host it could not read', async () => {
    const verdicts = await audited(host(id, SSHD));
    const states = verdicts.map(({ where, topic, state }) => `${where} ${topic} ${state}`);
    expect(states).toEqual(
      expect.arrayContaining([
        'two hosts fail',
        'one listeners pass',
        'one firewall fail',
        'one files warning',
        'one certificates fail',
        'one accounts pass',
        'cloud reach warning',
      ]),
    );
    expect(verdicts.filter(({ topic }) => topic === 'packages')).toEqual([]);
    for (const { state, next } of verdicts) if (state !== 'pass') expect(next).toMatch(/\.$/);
  });

  it('names a stray listener, and looks at packages unless it is quick', async () => {
    const stray = `${SSHD}\ntcp LISTEN 0 1 0.0.0.0:8888 0.0.0.0:* users:(("python3",pid=1,fd=1))`;
    const verdicts = await audited(host(id, stray), false);
    expect(verdicts.find(({ topic }) => topic === 'listeners')).toMatchObject({
      state: 'fail',
      what: 'python3 listens on 0.0.0.0 port 8888 tcp, which no definition names',
    });
    expect(verdicts.some(({ topic }) => topic === 'packages')).toBe(true);
  });

  it('refuses hosts of another cloud', async () => {
    const refused = await audited(host('00000000-0000-4000-8000-000000000000', SSHD)).catch(
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ problems: [{ code: 'HOST_OF_OTHER_CLOUD' }] });
  });
});

describe('certificates in the vault', () => {
  const listed = (change: Partial<ListedCertificate>): ListedCertificate => ({
    domain: 'ovn',
    holder: 'one',
    until: '2030-01-01T00:00:00Z',
    daysLeft: 300,
    state: 'valid',
    ...change,
  });
  const states = (change: Partial<ListedCertificate>) =>
    vaultVerdicts([listed({}), listed(change)]).map(({ state, what }) => `${state}: ${what}`);

  it('are well, near their end, past it, or not on the hosts yet', () => {
    expect(states({ daysLeft: 30 })).toEqual([
      'pass: 2 certificates in the vault; the first ends in 30 days',
    ]);
    expect(states({ daysLeft: 29 })).toEqual(['warning: ovn, one: ends in 29 days']);
    expect(states({ daysLeft: -1, state: 'ended' })).toEqual(['fail: ovn, one: has ended']);
    expect(states({ state: 'next-apply' })).toEqual([
      'warning: ovn, one: a new certificate is not on the hosts yet',
    ]);
    for (const holder of ['authority', 'one'])
      for (const state of ['valid', 'own'] as const)
        expect(vaultVerdicts([listed({ holder, state, daysLeft: 1 })])[0]?.next).toMatch(/\.$/);
  });
});
