import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Resource } from '../../src/engine/resource.ts';
import type { GaleraDesired } from '../../src/infrastructure/galera/desired.ts';
import { galeraKind } from '../../src/infrastructure/galera/kind.ts';
import {
  allChecks,
  allInOne,
  allResources,
  content,
  files,
  iniSection,
  threeControls,
} from '../steps/clouds.ts';
import { openStrings } from '../steps/secrets.ts';

const PATH = '/etc/mysql/mariadb.conf.d/90-cloudwright.cnf';

const context = threeControls();
const resources = allResources(context);

function resource(id: string): Resource {
  const found = resources.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no resource ${id}`);
  return found;
}

const shown = (desired: unknown): string => openStrings(desired).join('\n');

describe('MariaDB', () => {
  it('is no cluster on one host, and its buffer fits the host', () => {
    const configuration = content(allInOne(), 'one', PATH);
    expect(iniSection(configuration, 'galera')).toEqual([]);
    expect(iniSection(configuration, 'mariadbd')).toContain('innodb_buffer_pool_size = 246M');
    expect(iniSection(configuration, 'mariadbd')).toContain('bind-address = 192.0.2.11');
    // Two log-ins at once ended in error 1020, and a conductor that was just started died of it.
    expect(iniSection(configuration, 'mariadbd')).toContain('innodb_snapshot_isolation = OFF');
  });

  it('is a Galera cluster on three', () => {
    const configuration = content(threeControls(), 'control2', PATH);
    expect(iniSection(configuration, 'mariadbd')).toContain('binlog_format = ROW');
    expect(iniSection(configuration, 'galera')).toEqual(
      expect.arrayContaining([
        'wsrep_on = ON',
        'wsrep_cluster_address = gcomm://192.0.2.11,192.0.2.12,192.0.2.13',
        'wsrep_node_name = control2',
        'wsrep_node_address = 192.0.2.12',
        'wsrep_sst_method = mariabackup',
        // The server's own user: the account is authenticated by its socket.
        'wsrep_sst_auth = mysql:',
      ]),
    );
  });

  // H5, H6: an empty cluster must never be formed beside a living one; who may bootstrap is decided from all answers.
  it('is formed and joined by a decision over all members, with the account that they copy with', () => {
    const cluster = resource('cluster/galera:database');
    expect(cluster.members).toEqual(['control1', 'control2', 'control3']);
    expect(cluster.kind).toBe(galeraKind);
    const desired = cluster.desired as GaleraDesired;
    expect(desired.members.map(({ address }) => address)).toEqual(['192.0.2.11', '192.0.2.12', '192.0.2.13']);
    expect(desired.transfer.account).toBe('mysql');
    expect(
      resources.filter(({ desired: own }) => /safe_to_bootstrap|wsrep-new-cluster/.test(shown(own))),
    ).toEqual([]);
  });

  // H10: a changed configuration was written and never read; a long copy was cut off.
  it('restarts a member when its configuration has changed, one at a time, and waits for long copies', () => {
    for (const host of ['control1', 'control2', 'control3']) {
      const server = resource(`${host}/service:mariadb`);
      expect(server.desired).toMatchObject({ enabled: true, running: true, watching: true });
      expect(server.watches).toContain(`${host}/file:${PATH}`);
      expect(server.after).toContain('cluster/galera:database');
      expect(server.turn).toMatchObject({ group: 'database', gate: { host } });
    }
    const dropIn = content(context, 'control2', '/etc/systemd/system/mariadb.service.d/cloudwright.conf');
    expect(dropIn).toContain('TimeoutStartSec=21600\n');
    expect((resource('cluster/galera:database').desired as GaleraDesired).transferLimitSeconds).toBe(21_600);
  });

  // H12: the writer as donor would be taken out of haproxy, with all its clients.
  it('names the other members as donors, the usual writer last', () => {
    const donors = (host: string) =>
      iniSection(content(context, host, PATH), 'galera').find((line) => line.startsWith('wsrep_sst_donor'));
    expect(donors('control3')).toBe('wsrep_sst_donor = control2,control1,');
    expect(donors('control1')).toBe('wsrep_sst_donor = control3,control2,');
  });

  it('judges a member by the cluster’s size and its own state', () => {
    const check = allChecks(context).find(({ id }) => id === 'database-control2');
    if (check?.via !== 'shell') throw new Error('a shell check is expected');
    const judge = (size: number, state: string, status = 'Primary') =>
      check.judge({
        exitCode: 0,
        stdout: `UPTIME\t99\nWSREP_CLUSTER_SIZE\t${size}\nWSREP_CLUSTER_STATUS\t${status}\nWSREP_LOCAL_STATE_COMMENT\t${state}\n`,
        stderr: '',
      });
    expect(judge(3, 'Synced')).toEqual({ ok: true, sentence: '3 of 3 members, this one Synced (Primary)' });
    expect(judge(2, 'Synced').ok).toBe(false);
    expect(judge(3, 'Donor/Desynced').ok).toBe(false);
    // H6: a member in the minority is not in place.
    expect(judge(3, 'Synced', 'non-Primary').ok).toBe(false);
    expect(check.judge({ exitCode: 1, stdout: '', stderr: 'no socket' }).ok).toBe(false);
  });

  // Nothing speaks in clear text, also not on one host: clients reach it through the network.
  it.each([
    ['one host', allInOne(), 'one'],
    ['three', threeControls(), 'control2'],
  ] as const)('speaks TLS only, on %s', (_, cloud, host) => {
    const server = iniSection(content(cloud, host, PATH), 'mariadbd');
    expect(server).toEqual(
      expect.arrayContaining([
        'ssl_ca = /etc/cloudwright/tls/database/ca.pem',
        'ssl_cert = /etc/cloudwright/tls/database/certificate.pem',
        'ssl_key = /etc/cloudwright/tls/database/key.pem',
        'tls_version = TLSv1.2,TLSv1.3',
        'require_secure_transport = ON',
        'local_infile = OFF',
      ]),
    );
    const written = new Map(
      files(cloud)
        .filter((file) => file.host === host && file.path.startsWith('/etc/cloudwright/tls/database/'))
        .map(({ path, mode, group }) => [path.split('/').at(-1), `${mode} ${group}`]),
    );
    // Every service reads the authority, the server alone its key.
    expect(Object.fromEntries(written)).toEqual({
      'ca.pem': '0644 root',
      'certificate.pem': '0644 root',
      'key.pem': '0640 mysql',
    });
  });

  // M5: who reached 4567 with the name of the cluster joined it and was sent all data, in clear text.
  it('replicates and copies its data over TLS, between members that show a certificate', () => {
    const configuration = content(context, 'control2', PATH);
    const options = iniSection(configuration, 'galera').find((line) =>
      line.startsWith('wsrep_provider_options'),
    );
    for (const option of [
      'socket.ssl=YES',
      'socket.ssl_ca=/etc/cloudwright/tls/database/ca.pem',
      'socket.ssl_cert=/etc/cloudwright/tls/database/certificate.pem',
      'socket.ssl_key=/etc/cloudwright/tls/database/key.pem',
      'gmcast.listen_addr=ssl://192.0.2.12:4567',
      'ist.recv_addr=ssl://192.0.2.12:4568',
    ]) {
      expect(options).toContain(option);
    }
    expect(configuration).not.toContain('tcp://');
    expect(iniSection(configuration, 'sst')).toContain('ssl-mode = VERIFY_IDENTITY');
  });

  // The client verifies the server on its local socket too: an expired certificate would lock root out, and the health
  // check would take every member for dead.
  it('is asked through its local socket without TLS, wherever a host asks for itself', () => {
    const source = fileURLToPath(new URL('../../src', import.meta.url));
    const calls = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|sh)$/.test(name))
      .flatMap((name) => readFileSync(join(source, name), 'utf8').match(/\bmariadb (--?\w|<<).*/g) ?? []);
    expect(calls.length).toBeGreaterThan(8);
    const remote = (call: string) => call.includes('--host=');
    expect(
      calls.filter((call) => !remote(call) && !/^mariadb (--no-defaults )?--skip-ssl /.test(call)),
    ).toEqual([]);
  });
});
