import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OvnDatabaseDesired } from '../../../src/infrastructure/ovn/desired.ts';
import { ovnDatabaseKind } from '../../../src/infrastructure/ovn/kind.ts';
import { type Credential, makeAuthority, makeCertificate, makeKey } from '../../../src/vault/certificate.ts';
import {
  actions,
  addresses,
  beginClusters,
  converge,
  cut,
  described,
  endClusters,
  type Host,
  heal,
  hosts,
  on,
  onAll,
  ssh,
} from '../support/clusterLab.ts';

const limit = 900_000;

describe('OVN', () => {
  const desired = (members = described): OvnDatabaseDesired => ({
    database: 'OVN_Northbound',
    members,
    wish: 'converge',
    raftPort: 6643,
    electionTimer: 8000,
    platform: {
      unit: 'ovn-ovsdb-server-nb.service',
      file: '/var/lib/ovn/ovnnb_db.db',
      schema: '/usr/share/ovn/ovn-nb.ovsschema',
      control: '/run/ovn/ovnnb_db.ctl',
      stamp: '/var/lib/cloudwright/started/ovn-ovsdb-server-nb.service',
    },
  });
  const title = 'OVN northbound database';

  const folder = '/etc/cloudwright/tls/ovn';
  const credential = `--private-key=${folder}/key.pem --certificate=${folder}/certificate.pem --ca-cert=${folder}/ca.pem`;

  const putCredential = async (host: Host, to: string, authority: Credential) => {
    const key = makeKey();
    const certificate = await makeCertificate({
      subject: host,
      key,
      issuer: authority,
      authority: false,
      addresses: [addresses[host]],
      names: [host],
      purposes: ['server', 'client'],
      days: 30,
      now: new Date(),
    });
    const files = { ca: authority.certificate, certificate, key };
    const writes = Object.entries(files).map(([name, text]) => `cat >${to}/${name}.pem <<'END'\n${text}END`);
    await on(host, ['umask 077', `mkdir -p ${to}`, ...writes].join('\n'));
  };

  const configure = async (host: Host, authority: Credential) => {
    await putCredential(host, folder, authority);
    await on(
      host,
      `systemctl stop ovn-central ovn-ovsdb-server-nb ovn-ovsdb-server-sb ovn-northd
mkdir -p /etc/ovn /etc/systemd/system/ovn-ovsdb-server-nb.service.d
cat >/etc/ovn/northbound.json <<'JSON'
{"remotes": {"punix:/run/ovn/ovnnb_db.sock": {}, "pssl:6641:${addresses[host]}": {"inactivity-probe": 60000}},
 "databases": {"/var/lib/ovn/ovnnb_db.db": {}}}
JSON
cat >/etc/default/ovn-central <<'OPTIONS'
OVN_CTL_OPTS="--db-nb-config-file=/etc/ovn/northbound.json --ovn-nb-db-ssl-key=${folder}/key.pem --ovn-nb-db-ssl-cert=${folder}/certificate.pem --ovn-nb-db-ssl-ca-cert=${folder}/ca.pem"
OPTIONS
printf '[Unit]\\nAssertPathExists=/var/lib/ovn/ovnnb_db.db\\n' >/etc/systemd/system/ovn-ovsdb-server-nb.service.d/cloudwright.conf
systemctl daemon-reload`,
    );
  };

  /** As a reinstalled host. */
  const wipe = (host: string) =>
    on(host, 'systemctl stop ovn-ovsdb-server-nb; rm -rf /var/lib/ovn; mkdir /var/lib/ovn');
  const switches = (host: string) =>
    on(
      host,
      'ovn-nbctl --no-leader-only --format=csv --no-headings --columns=name list Logical_Switch | sort | xargs',
    );
  const remotes = Object.values(addresses)
    .map((address) => `ssl:${address}:6641`)
    .join(',');
  const add = (host: string, name: string) =>
    on(host, `ovn-nbctl --db=${remotes} ${credential} --timeout=20 ls-add ${name}`);

  beforeAll(async () => {
    await beginClusters('longovn', ['ovn-central']);
    const authority = await makeAuthority('OVN', new Date());
    for (const host of hosts) {
      await configure(host, authority);
      await wipe(host);
    }
  }, limit);
  afterAll(endClusters, limit);

  test(
    'a standalone database grows to three members with its rows',
    async () => {
      expect(await converge(ovnDatabaseKind, desired(described.slice(2)), ['control3'])).toEqual([
        `act control3: create the ${title} on control3`,
        'nothing',
      ]);
      await on('control3', 'ovn-nbctl ls-add one');
      expect(actions(await converge(ovnDatabaseKind, desired()))).toEqual([
        `act control3: form the cluster of the ${title} from the rows of control3`,
        `act control1: join control1 to the cluster of the ${title}`,
        `act control2: join control2 to the cluster of the ${title}`,
        'nothing',
      ]);
      expect(await Promise.all(hosts.map(switches))).toEqual(['one', 'one', 'one']);
    },
    limit,
  );

  test(
    'a second run does nothing',
    async () => {
      expect(await converge(ovnDatabaseKind, desired())).toEqual(['nothing']);
    },
    limit,
  );

  test(
    'each member listens on its own address only',
    async () => {
      for (const host of hosts) {
        const listeners = await on(
          host,
          'ss -Htln | awk "{print \\$4}" | grep -E ":664[13]$" | sort | xargs',
        );
        expect(listeners).toBe(`${addresses[host]}:6641 ${addresses[host]}:6643`);
      }
    },
    limit,
  );

  test(
    'no server joins in clear text or with a certificate of another authority',
    async () => {
      const foreign = await makeAuthority('another authority', new Date());
      await putCredential('control1', '/root/foreign', foreign);
      await on('control1', `cp ${folder}/ca.pem /root/foreign/ca.pem`);
      for (const protocol of ['tcp', 'ssl']) {
        const status = await on(
          'control1',
          `rm -rf /root/joining && mkdir /root/joining && cd /root/joining
ovsdb-tool join-cluster db OVN_Northbound ${protocol}:${addresses.control1}:7643 ${protocol}:${addresses.control2}:6643
ovsdb-server db --unixctl=$PWD/ctl --log-file=$PWD/log --private-key=/root/foreign/key.pem --certificate=/root/foreign/certificate.pem --ca-cert=/root/foreign/ca.pem >/dev/null 2>&1 &
timeout 60 sh -c "until grep -Eqs 'connection (attempt failed|dropped|closed)' log; do sleep 0.2; done"
refused=$?
ovn-appctl -t $PWD/ctl cluster/status OVN_Northbound | sed -n 's/^Status: //p'
kill $!; exit $refused`,
        );
        expect(status, protocol).toBe('joining cluster');
      }
      for (const host of hosts) {
        const servers = await on(
          host,
          `ovn-appctl -t /run/ovn/ovnnb_db.ctl cluster/status OVN_Northbound | sed -n 's/^    .* at \\([^)]*\\)).*/\\1/p' | sort | xargs`,
        );
        expect(servers).toBe(hosts.map((name) => `ssl:${addresses[name]}:6643`).join(' '));
      }
    },
    limit,
  );

  test(
    'a short election timer is raised',
    async () => {
      const raised = { ...desired(), electionTimer: 20_000 };
      expect(actions(await converge(ovnDatabaseKind, raised))).toEqual([
        expect.stringMatching(/^act control[123]: set the election timer of the .* to 16000 ms$/),
        expect.stringMatching(/^act control[123]: set the election timer of the .* to 20000 ms$/),
        'nothing',
      ]);
    },
    limit,
  );

  test(
    'a killed member comes back',
    async () => {
      await on(
        'control2',
        'systemctl kill -s KILL ovn-ovsdb-server-nb; systemctl stop ovn-ovsdb-server-nb; true',
      );
      await add('control1', 'two');
      expect((await converge(ovnDatabaseKind, desired())).at(-1)).toBe('nothing');
      expect(await switches('control2')).toBe('one two');
    },
    limit,
  );

  test(
    'the wiped first host replaces its old server and joins',
    async () => {
      await wipe('control1');
      const done = actions(await converge(ovnDatabaseKind, desired()));
      expect(done).toEqual([
        expect.stringMatching(/^act control[23]: remove the server ssl:192.168.21.11:6643 from the cluster/),
        `act control1: join control1 to the cluster of the ${title}`,
        'nothing',
      ]);
      expect(await switches('control1')).toBe('one two');
      expect(
        await on(
          'control1',
          'ovn-appctl -t /run/ovn/ovnnb_db.ctl cluster/status OVN_Northbound | grep -c " at ssl:"',
        ),
      ).toBe('3');
    },
    limit,
  );

  test(
    'an absent database never starts by itself as a new one',
    async () => {
      await wipe('control1');
      expect((await ssh('control1', 'systemctl start ovn-ovsdb-server-nb')).code).not.toBe(0);
      expect((await converge(ovnDatabaseKind, desired())).at(-1)).toBe('nothing');
    },
    limit,
  );

  test(
    'all lose their power and come back',
    async () => {
      await cut(...hosts);
      await heal(...hosts);
      expect((await converge(ovnDatabaseKind, desired())).at(-1)).toBe('nothing');
      expect(await Promise.all(hosts.map(switches))).toEqual(['one two', 'one two', 'one two']);
    },
    limit,
  );

  test(
    'without a majority nothing is formed',
    async () => {
      await wipe('control1');
      await wipe('control2');
      // A leader notices only after its election timer that nobody follows.
      await on(
        'control3',
        `timeout 120 sh -c 'until ovn-appctl -t /run/ovn/ovnnb_db.ctl cluster/status OVN_Northbound | grep -qx "Leader: unknown"; do sleep 0.2; done'`,
      );
      const outcomes = await converge(ovnDatabaseKind, desired());
      expect(outcomes.at(-1)).toBe('refuse CLUSTER_NO_QUORUM control1');
      expect(await switches('control3')).toBe('one two');
      await onAll('systemctl stop ovn-ovsdb-server-nb');
    },
    limit,
  );

  test(
    'a cluster without TLS is refused, and formed again from its data as docs/security.md says',
    async () => {
      for (const host of hosts) await wipe(host);
      await on(
        'control1',
        `ovsdb-tool create-cluster /var/lib/ovn/ovnnb_db.db /usr/share/ovn/ovn-nb.ovsschema tcp:${addresses.control1}:6643
systemctl start ovn-ovsdb-server-nb
timeout 60 sh -c 'until ovn-nbctl --timeout=10 --may-exist ls-add plain; do sleep 0.2; done'`,
      );
      expect(await converge(ovnDatabaseKind, desired())).toEqual(['refuse CLUSTER_NOT_ENCRYPTED control1']);
      await on('control1', 'systemctl stop ovn-ovsdb-server-nb');
      expect(await converge(ovnDatabaseKind, desired())).toEqual(['refuse CLUSTER_NOT_ENCRYPTED control1']);

      await on(
        'control1',
        `cd /var/lib/ovn && mv ovnnb_db.db ovnnb_db.clustered && ovsdb-tool cluster-to-standalone ovnnb_db.db ovnnb_db.clustered`,
      );
      expect(actions(await converge(ovnDatabaseKind, desired()))).toEqual([
        `act control1: form the cluster of the ${title} from the rows of control1`,
        `act control2: join control2 to the cluster of the ${title}`,
        `act control3: join control3 to the cluster of the ${title}`,
        'nothing',
      ]);
      expect(await Promise.all(hosts.map(switches))).toEqual(['plain', 'plain', 'plain']);
    },
    limit,
  );
});
