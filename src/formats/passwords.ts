import { defaultPasswords, type SecretKind, singleSecrets } from '../vault/table.ts';

/** Passwords that guides, courses and samples use; whoever tries passwords tries these first. */
const WIDELY_KNOWN = new Set(
  (
    'password passw0rd password1 password123 p@ssw0rd secret secrets changeme change_me changeit letmein welcome ' +
    'openstack openstack1 openstack123 packstack packstack123 kolla burrito stack devstack rdo centos redhat ubuntu debian ' +
    'admin admin123 administrator demo demo123 root root123 toor guest test test123 test1234 testing testpass ' +
    'rabbit rabbitmq mysql mariadb keystone glance nova neutron cinder heat horizon swift ' +
    'qwerty qwerty123 abc123 abcd1234 iloveyou 1q2w3e4r 1qaz2wsx qweasd qwe123 asdf1234 a1b2c3d4 ' +
    'admin_pass demo_pass rabbit_pass my_password mypassword your_password password! pass pass1234 passwd'
  ).split(' '),
);

/** Shorter ones are tried out in an afternoon. */
const SHORTEST = 8;

/**
 * Why a password of an older cloud should not be taken over, or nothing. The text never holds the password.
 * `user` is the name it belongs to.
 */
export function weakness(password: string, user?: string): string | undefined {
  if (/[\0-\x1f\x7f]/.test(password)) return 'it holds control characters';
  const plain = password.toLowerCase();
  if (WIDELY_KNOWN.has(plain) || defaultPasswords.has(plain)) return 'it is published in guides and samples';
  if (user !== undefined && plain === user.toLowerCase()) return 'it is the name of its user';
  if (password.length < SHORTEST) return `it has fewer than ${SHORTEST} characters`;
  if (/^(.)\1*$/u.test(password)) return 'it is one character repeated';
  if (/^\d{1,11}$/.test(password)) return 'it is a short number';
  return undefined;
}

/**
 * Why a password of an older cloud can't become the vault's secret `name`, or nothing: it is weak, or the vault
 * would refuse its form. The text never holds the password.
 */
export function unfitness(name: string, password: string, user?: string): string | undefined {
  const weak = weakness(password, user);
  if (weak) return weak;
  const kinds: Readonly<Record<string, SecretKind>> = singleSecrets;
  const kind = kinds[name];
  if (!kind) return undefined;
  if (password.length < (kind.least ?? 1)) return `the vault wants at least ${kind.least} characters here`;
  return kind.pattern.test(password)
    ? undefined
    : `the vault wants text ${kind.form.replace(/^made /, '')} here`;
}
