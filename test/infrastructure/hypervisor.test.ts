import { describe, expect, it } from 'vitest';
import { Confidential } from '../../src/secrets/confidential.ts';
import { allInOne, content, files, threeControls } from '../steps/clouds.ts';

const FOLDER = '/var/lib/nova/.ssh';
const context = threeControls();

// O5: the keys were generated, kept and imported, and laid down nowhere: no instance could move to another host.
describe('Nova’s own ssh key', () => {
  const written = files(context).filter(({ path }) => path.startsWith(`${FOLDER}/`));

  it('is on the compute hosts and on no other', () => {
    expect(new Set(written.map(({ host }) => host))).toEqual(new Set(['compute1', 'compute2']));
    for (const host of ['compute1', 'compute2']) {
      expect(
        written.filter((file) => file.host === host).map(({ path }) => path.slice(FOLDER.length + 1)),
      ).toEqual(['id_ed25519', 'authorized_keys', 'config']);
    }
  });

  it('can be read by Nova alone, and is a secret wherever it shows', () => {
    for (const file of written.filter(({ path }) => path.endsWith('id_ed25519'))) {
      expect(file).toMatchObject({ mode: '0600', owner: 'nova', group: 'nova' });
      expect(file.content).toBeInstanceOf(Confidential);
    }
    expect(content(context, 'compute1', `${FOLDER}/id_ed25519`)).toBe('hidden-nova_ssh_private_key-');
  });

  it('is accepted from the compute hosts alone, without forwarding', () => {
    const [line, ...more] = content(context, 'compute2', `${FOLDER}/authorized_keys`)
      .split('\n')
      .filter((candidate) => candidate !== '' && !candidate.startsWith('#'));
    expect(more).toEqual([]);
    expect(line).toBe('from="192.0.2.21,192.0.2.22",restrict,pty public-nova_ssh_public_key');
  });

  // The vault may hold what another installer kept: a second line would be a key that is accepted from everywhere.
  it.each([
    ['a line feed at its end', 'ssh-ed25519 AAAA nova\n'],
    ['a second key', 'ssh-ed25519 AAAA nova\nssh-ed25519 BBBB other\n'],
    ['lines of another system', 'ssh-ed25519 AAAA nova\r\nssh-ed25519 BBBB other\r\n'],
    ['an empty line before it', '\n\nssh-ed25519 AAAA nova'],
  ])('is one line, restricted, also with %s', (_, nova_ssh_public_key) => {
    const { cloud, facts } = context;
    const changed = { facts, cloud: { ...cloud, secrets: { ...cloud.secrets, nova_ssh_public_key } } };
    const lines = content(changed, 'compute1', `${FOLDER}/authorized_keys`).split('\n');
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
      'from="192.0.2.21,192.0.2.22",restrict,pty ssh-ed25519 AAAA nova',
    ]);
  });

  it('is used for the compute hosts by name and by address', () => {
    const configuration = content(context, 'compute1', `${FOLDER}/config`);
    expect(configuration).toContain('Host compute1 compute2 192.0.2.21 192.0.2.22\n');
    expect(configuration).toContain('  User nova\n');
    expect(configuration).toContain('  BatchMode yes\n');
  });
});

describe('instances of a lone compute host', () => {
  it('may be resized where they are, and need no way to another host', () => {
    expect(content(allInOne(), 'one', '/etc/nova/nova.conf')).toContain('allow_resize_to_same_host = true\n');
    expect(content(context, 'compute1', '/etc/nova/nova.conf')).not.toContain('allow_resize_to_same_host');
    expect(content(allInOne(), 'one', '/etc/nova/nova-compute.conf')).not.toContain('live_migration');
  });
});
