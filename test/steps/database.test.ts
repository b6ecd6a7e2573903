import { describe, expect, it } from 'vitest';
import { allChecks, allInOne, allResources, content, iniSection, threeControls } from './clouds.ts';

const PATH = '/etc/mysql/mariadb.conf.d/90-cloudwright.cnf';

function waitsFor(id: string): readonly string[] {
  return allResources(threeControls()).find((one) => one.id === id)?.after ?? [];
}

describe('MariaDB', () => {
  it('is no cluster on one host, and its buffer fits the host', () => {
    const configuration = content(allInOne(), 'one', PATH);
    expect(iniSection(configuration, 'galera')).toEqual([]);
    expect(iniSection(configuration, 'mariadbd')).toContain('innodb_buffer_pool_size = 246M');
    expect(iniSection(configuration, 'mariadbd')).toContain('bind-address = 192.0.2.11');
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
        'wsrep_sst_auth = sst:hidden-database_sst_password-',
      ]),
    );
  });

  it('lets members join one after another, when the account that they copy with is there', () => {
    expect(waitsFor('control2/command:galera-member')).toEqual(
      expect.arrayContaining(['control1/command:galera-member', 'control1/command:sst-user']),
    );
    expect(waitsFor('control3/command:galera-member')).toContain('control2/command:galera-member');
    expect(waitsFor('control1/command:sst-user')).toEqual(['control1/command:galera-member']);
  });

  it('judges a member by the cluster’s size and its own state', () => {
    const check = allChecks(threeControls()).find(({ id }) => id === 'database-control2');
    if (check?.via !== 'shell') throw new Error('a shell check is expected');
    const judge = (size: number, state: string) =>
      check.judge({
        exitCode: 0,
        stdout: `UPTIME\t99\nWSREP_CLUSTER_SIZE\t${size}\nWSREP_LOCAL_STATE_COMMENT\t${state}\n`,
        stderr: '',
      });
    expect(judge(3, 'Synced')).toEqual({ ok: true, sentence: '3 of 3 members, this one Synced' });
    expect(judge(2, 'Synced').ok).toBe(false);
    expect(judge(3, 'Donor/Desynced').ok).toBe(false);
    expect(check.judge({ exitCode: 1, stdout: '', stderr: 'no socket' }).ok).toBe(false);
  });
});
