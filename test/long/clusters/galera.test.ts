import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  authorityNames,
  authorityOf,
  certificateOf,
  certificatePaths,
} from '../../../src/cloud/certificates.ts';
import type { Cloud } from '../../../src/cloud/cloud.ts';
import { secretOf } from '../../../src/cloud/secrets.ts';
import { mariadbConfiguration } from '../../../src/infrastructure/database/mariadb.ts';
import { certificateInUse } from '../../../src/infrastructure/database/transport.ts';
import { galeraKind } from '../../../src/infrastructure/galera/kind.ts';
import { components } from '../../../src/platform/debian-13/components.ts';
import type { CommandDesired } from '../../../src/resources/command.ts';
import { reveal } from '../../../src/secrets/confidential.ts';
import { hostCertificates } from '../../../src/vault/hostCertificates.ts';
import { cloudOf, factsOfHost } from '../../steps/clouds.ts';
import { captureOn, INCREMENTAL, REPLICATION, ROW, WHOLE } from '../support/capture.ts';
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

const ALL = 'roles: [control, network, compute, storage], devices: ["file:/var/lib/osd.img:20G"] }';
const SIZE = { cpus: 2, memoryMiB: 3072 };

const description = (described: string) => `
cloud: test
networks:
  management: { interface: eth1, cidr: 192.168.21.0/24, vip: 192.168.21.100 }
  provider: { interface: eth2 }
  overlay: { interface: eth3, cidr: 192.168.23.0/24 }
hosts:
  ${described}
`;

/** With an authority and certificates in place of the unit tests' texts. */
async function certified(cloud: Cloud, present: ReadonlyMap<string, string> = new Map()): Promise<Cloud> {
  const made = await hostCertificates(present, cloud, new Date());
  return { ...cloud, secrets: { ...cloud.secrets, ...Object.fromEntries(made) } };
}

describe('Galera', () => {
  let cloud: Cloud;

  const desired = (members = described) => ({
    members,
    wish: 'converge' as const,
    platform: {
      unit: 'mariadb.service',
      data: '/var/lib/mysql',
      position: '/run/cloudwright/galera-position',
      stamp: '/var/lib/cloudwright/started/mariadb.service',
    },
    transfer: { account: 'mysql' },
    transferLimitSeconds: 600,
  });

  /** As the step `database` configures it: in a cluster, or as a server of its own. */
  const configure = async (host: Host, clustered: boolean) => {
    const described = clustered
      ? cloud
      : cloudOf(description(`${host}: { address: ${addresses[host]}, ${ALL}`));
    const own = described.hosts.find(({ name }) => name === host) ?? expect.fail(`no host ${host}`);
    const configuration = mariadbConfiguration(described, own, factsOfHost(host, SIZE), components.mariadb);
    await on(
      host,
      `cat >/etc/mysql/mariadb.conf.d/90-cloudwright.cnf <<'CNF'
${configuration}CNF
mkdir -p /etc/systemd/system/mariadb.service.d
printf '[Service]\\nRestart=on-failure\\n' >/etc/systemd/system/mariadb.service.d/cloudwright.conf
systemctl daemon-reload`,
    );
  };

  /** Gives a host a certificate of the cloud's authority. */
  const certify = async (host: Host) => {
    const paths = certificatePaths('database');
    const own = cloud.hosts.find(({ name }) => name === host) ?? expect.fail(`no host ${host}`);
    const { authority, certificate, key } = certificateOf(cloud, 'database', own);
    const files = {
      [paths.authority]: authority,
      [paths.certificate]: certificate,
      [paths.key]: reveal(key),
    };
    const written = Object.entries(files).map(([path, content]) => `cat >${path} <<'PEM'\n${content}PEM`);
    await on(
      host,
      `mkdir -p ${paths.key.replace(/\/[^/]*$/, '')}
${written.join('\n')}
chgrp mysql ${paths.key} && chmod 640 ${paths.key}`,
    );
  };

  /** As a reinstalled host: the package's own empty data. */
  const wipe = (host: string) =>
    on(
      host,
      `systemctl kill -s KILL mariadb; systemctl stop mariadb; rm -rf /var/lib/mysql/* /run/cloudwright
mariadb-install-db --user=mysql --skip-test-db --auth-root-authentication-method=socket >/dev/null`,
    );

  const rows = () =>
    Promise.all(
      hosts.map((host) => on(host, "mariadb -N -B -e 'select group_concat(n order by n) from keep.t'")),
    );
  const kept = async () => ((await rows())[0] ?? '').split(',').map(Number);
  const everywhere = (numbers: readonly number[]) =>
    hosts.map(() => [...numbers].sort((a, b) => a - b).join(','));
  const insert = (host: string, n: number) =>
    on(host, `mariadb -e "insert into keep.t values (${n}, '${ROW}')"`);

  beforeAll(async () => {
    await beginClusters('longgalera', ['mariadb', 'authorities']);
    cloud = await certified(cloudOf(description(`"control[1:3]": { address: ${addresses.control1}, ${ALL}`)));
    for (const host of hosts) {
      await certify(host);
      await wipe(host);
      await configure(host, false);
    }
  }, limit);
  afterAll(endClusters, limit);

  test(
    'a plain server holds data; it grows to three members with its data',
    async () => {
      await on(
        'control2',
        'systemctl start mariadb; mariadb -e "create database keep; create table keep.t (n int primary key, word text)"',
      );
      await insert('control2', 1);
      for (const host of hosts) await configure(host, true);
      const done = actions(await converge(galeraKind, desired()));
      expect(done[0]).toBe('act control2: form the Galera cluster from the data of control2');
      expect(done.at(-1)).toBe('nothing');
      expect(await rows()).toEqual(['1', '1', '1']);
    },
    limit,
  );

  test(
    'a second run does nothing',
    async () => {
      expect(await converge(galeraKind, desired())).toEqual(['nothing']);
    },
    limit,
  );

  test(
    'a killed member rejoins',
    async () => {
      const before = await kept();
      await on('control3', 'systemctl kill -s KILL mariadb; systemctl stop mariadb');
      await insert('control1', 2);
      const capture = await captureOn('control3');
      expect(actions(await converge(galeraKind, desired()))).toEqual([
        'act control3: join MariaDB on control3 to the cluster',
        'nothing',
      ]);
      expect(await rows()).toEqual(everywhere([...before, 2]));
      // What it missed, from the other members' caches; and then as a member.
      await insert('control1', 20);
      const { bytes, readable } = await capture();
      expect(bytes[INCREMENTAL]).toBeGreaterThan(0);
      expect(bytes[REPLICATION]).toBeGreaterThan(0);
      expect(readable).toEqual(['datagram']);
    },
    limit,
  );

  test(
    'the wiped first host joins and never forms a cluster of its own',
    async () => {
      const before = await kept();
      await wipe('control1');
      await insert('control2', 3);
      const capture = await captureOn('control1');
      expect(actions(await converge(galeraKind, desired()))).toEqual([
        'act control1: join MariaDB on control1 to the cluster',
        'nothing',
      ]);
      expect(await rows()).toEqual(everywhere([...before, 3]));
      const { bytes, readable } = await capture();
      expect(bytes[WHOLE]).toBeGreaterThan(1_000_000);
      expect(readable).toEqual(['datagram']);
    },
    limit,
  );

  test(
    'members take over renewed certificates while they run',
    async () => {
      const shown = async (host: Host, words: string) =>
        await on(
          host,
          `openssl s_client -connect ${addresses[host]}:${words} </dev/null 2>/dev/null | openssl x509 -noout -serial`,
        );
      const both = async (host: Host) => [
        await shown(host, '3306 -starttls mysql'),
        await shown(host, String(REPLICATION)),
      ];
      await on('control1', "mariadb -e \"create user if not exists 'nobody'@'%' account lock\"");
      const before = await Promise.all(hosts.map(both));
      const members = await onAll('systemctl show -p MainPID --value mariadb');
      const authority = authorityNames('database');
      const kept = {
        [authority.key]: reveal(secretOf(cloud, authority.key)),
        [authority.certificate]: authorityOf(cloud, 'database'),
      };
      cloud = await certified(cloud, new Map(Object.entries(kept)));
      for (const host of hosts) {
        await certify(host);
        const { desired } = certificateInUse(
          cloud,
          cloud.hosts.find(({ name }) => name === host) ?? expect.fail(host),
          [],
        );
        const { unless, script } = desired as CommandDesired;
        expect((await ssh(host, unless)).code, `${host} before`).not.toBe(0);
        await on(host, script);
        expect((await ssh(host, unless)).code, `${host} after`).toBe(0);
      }
      for (const [index, host] of hosts.entries()) {
        const [client, member] = await both(host);
        expect(client).toBe(member);
        expect(before[index]).not.toContain(client);
      }
      expect(await onAll('systemctl show -p MainPID --value mariadb')).toEqual(members);
      expect(await converge(galeraKind, desired())).toEqual(['nothing']);
    },
    limit,
  );

  test(
    'all lose their power: they re-form by themselves',
    async () => {
      const before = await kept();
      await cut(...hosts);
      await heal(...hosts);
      const outcomes = await converge(galeraKind, desired());
      expect(outcomes.at(-1)).toBe('nothing');
      expect(outcomes.join()).not.toContain('form the Galera cluster from');
      expect(await rows()).toEqual(everywhere(before));
    },
    limit,
  );

  test(
    'all lose their power and the first is wiped: the furthest data forms',
    async () => {
      const before = await kept();
      await insert('control3', 4);
      await cut(...hosts);
      await heal('control1');
      await wipe('control1');
      expect(await converge(galeraKind, desired())).toEqual(['refuse CLUSTER_MEMBER_UNREACHABLE control2']);
      await heal('control2', 'control3');
      const done = actions(await converge(galeraKind, desired()));
      expect(done.join()).toMatch(/act control[23]: form the Galera cluster from the data of control[23]/);
      expect(done).toContain('act control1: join MariaDB on control1 to the cluster');
      expect(await rows()).toEqual(everywhere([...before, 4]));
    },
    limit,
  );

  test(
    'all stopped in order: the furthest data forms',
    async () => {
      const before = await kept();
      await on('control1', 'systemctl stop mariadb');
      await insert('control2', 5);
      await on('control2', 'systemctl stop mariadb');
      await insert('control3', 6);
      await on('control3', 'systemctl stop mariadb');
      const done = actions(await converge(galeraKind, desired()));
      expect(done[0]).toMatch(/^act control3: form the Galera cluster from the data of control3/);
      expect(await rows()).toEqual(everywhere([...before, 5, 6]));
    },
    limit,
  );

  test(
    'data of another cluster is refused',
    async () => {
      await wipe('control1');
      await configure('control1', false);
      await on('control1', 'systemctl restart mariadb; mariadb -e "create database other"');
      expect(await converge(galeraKind, desired())).toEqual(['refuse CLUSTER_DIFFERENT_DATA control1']);
      await wipe('control1');
      await configure('control1', true);
      expect((await converge(galeraKind, desired())).at(-1)).toBe('nothing');
    },
    limit,
  );

  test(
    'reading the state changes nothing',
    async () => {
      await ssh('control1', 'systemctl stop mariadb');
      const snapshot = 'find /var/lib/mysql -type f -exec stat -c "%n %Y %s" {} + | sort';
      const before = await on('control1', snapshot);
      await on('control1', galeraKind.read(desired(), 'control1'));
      expect(await on('control1', snapshot)).toBe(before);
      await onAll('systemctl stop mariadb');
    },
    limit,
  );
});
