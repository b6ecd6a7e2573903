import { expect, it } from 'vitest';
import { addedName, knownHostsFiles } from '../../src/hosts/firstContact.ts';
import type { SshSettings } from '../../src/hosts/reachable.ts';
import { sshConfig, sshOptions } from '../../src/hosts/sshConfig.ts';
import { classifySsh } from '../../src/hosts/sshErrors.ts';

it.each([
  ['ssh: connect to host 10.0.0.1 port 22: Connection refused', 'HOST_REFUSED'],
  ['ssh: connect to host 10.0.0.1 port 22: No route to host', 'HOST_UNREACHABLE'],
  ['ssh: connect to host 10.0.0.1 port 22: Connection timed out', 'HOST_UNREACHABLE'],
  ['ssh: Could not resolve hostname nope: Name or service not known', 'HOST_NAME_UNKNOWN'],
  ['root@10.0.0.1: Permission denied (publickey,password).', 'HOST_AUTH_FAILED'],
  ['@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.', 'HOST_KEY_CHANGED'],
  ['No ED25519 host key is known for x and you have requested strict checking.', 'HOST_KEY_UNKNOWN'],
  ['kex_exchange_identification: read: Connection reset by peer', 'HOST_CLOSED'],
  ['Bad owner or permissions on /home/me/.ssh/config', 'HOST_SSH_CONFIG_BAD'],
  ['an unknown message', 'HOST_UNREACHABLE'],
])('%s is %s', (message, code) => {
  expect(classifySsh(message)).toBe(code);
});

it('reads the name that a new key was remembered under', () => {
  const message = "Warning: Permanently added '[127.0.0.1]:4422' (ED25519) to the list of known hosts.\r\n";
  expect(addedName(message)).toBe('[127.0.0.1]:4422');
  expect(addedName('Last login')).toBeUndefined();
  expect(knownHostsFiles('user me\nuserknownhostsfile /a/one /a/two\n')).toEqual(['/a/one', '/a/two']);
});

it("lets the operator's configuration win over the description's, and holds to what must be", () => {
  const settings: SshSettings = { user: 'stack', port: 2222, sudo: true, identityFile: '/k' };
  const config = sshConfig(settings, ['/home/me/.ssh/config']);
  expect(config.indexOf('Include "/home/me/.ssh/config"')).toBe(0);
  expect(config).toMatch(/Host \*\n {2}User stack\n {2}Port 2222\n {2}IdentityFile "\/k"/);
  expect(config).toContain('StrictHostKeyChecking accept-new');
  // M11: the first contact would hand the password to whoever answers.
  expect(sshConfig({ ...settings, password: 'hunter2' }, [])).toContain('StrictHostKeyChecking yes');
  expect(sshOptions('/c', '/s', false)).toContain('BatchMode=yes');
  // A host that was taken over must not log in elsewhere as the operator, whatever their own configuration says.
  expect(sshOptions('/c', '/s', false)).toEqual(
    expect.arrayContaining(['ForwardAgent=no', 'GSSAPIDelegateCredentials=no']),
  );
  expect(sshOptions('/c', '/s', true)).toContain('NumberOfPasswordPrompts=1');
});
