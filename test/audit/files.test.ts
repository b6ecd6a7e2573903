import { describe, expect, it } from 'vitest';
import { filesInspection } from '../../src/audit/files.ts';
import { file } from '../../src/resources/index.ts';
import { Confidential } from '../../src/secrets/confidential.ts';
import { rehearsal, scratch } from '../resources/sh.ts';
import { allInOne, allResources } from '../steps/clouds.ts';
import { hostOf, look, said } from './look.ts';

const context = allInOne();
const host = hostOf(context, 'one');
const secret = file('one', '/etc/nova/nova.conf', new Confidential('x'), { group: 'nova', mode: '0640' });
const inspection = filesInspection(host, [secret, file('one', '/etc/public', 'x')]);
const stat = (owner: string, group: string, mode: string, path = '/etc/nova/nova.conf') =>
  `S regular file|${owner}|${group}|${mode}|${path}`;

describe('files with secrets', () => {
  it('are well with owner and mode as described', () => {
    expect(look(inspection, [stat('root', 'nova', '640')])).toMatchObject([
      { state: 'pass', what: '1 files, with owner and mode as described' },
    ]);
  });

  it('fail where others may read them, and with another owner or group', () => {
    expect(said(look(inspection, [stat('root', 'nova', '644')]), 'fail')).toEqual([
      '/etc/nova/nova.conf holds secrets and has mode 644 instead of 0640',
    ]);
    expect(said(look(inspection, [stat('nobody', 'nova', '640')]), 'fail')).toHaveLength(1);
    expect(said(look(inspection, [stat('root', 'users', '640')]), 'fail')).toHaveLength(1);
    expect(said(look(inspection, [stat('root', 'nova', '660')]), 'fail')).toHaveLength(1);
  });

  it('are warnings where fewer may read them, and where they are missing', () => {
    expect(look(inspection, [stat('root', 'nova', '600')])).toMatchObject([{ state: 'warning' }]);
    expect(look(inspection, [])).toMatchObject([{ state: 'warning', what: 'missing: /etc/nova/nova.conf' }]);
  });

  it('count private keys that are no longer described', () => {
    const found = look(inspection, [stat('root', 'nova', '640'), 'K /etc/cloudwright/tls/old/key.pem']);
    expect(said(found, 'fail')).toEqual([
      '/etc/cloudwright/tls/old/key.pem holds a private key and is open to everybody',
    ]);
  });

  it('are all that the steps write with a secret in them', () => {
    const { script } = filesInspection(host, allResources(context));
    for (const path of [
      '/etc/nova/nova.conf',
      '/etc/cloudwright/tls/ovn/key.pem',
      '/etc/keystone/fernet-keys/0',
    ])
      expect(script).toContain(path);
    expect(script).not.toContain('/etc/hosts');
  });

  it('are read by a real shell, also where a path is not there', () => {
    const place = scratch();
    const fakes = rehearsal(place, {
      stat: 'exit 1',
      find: 'case $* in *-perm*/007*) echo /etc/cloudwright/tls/old/key.pem ;; *) unexpected ;; esac',
    });
    const { stdout, code } = fakes.run(inspection.script);
    expect(code).toBe(0);
    expect(stdout).toBe('K /etc/cloudwright/tls/old/key.pem\nend\n');
  });
});
