import type { Client } from '../../api/client.ts';
import type { Domain, User } from '../../api/identity.ts';
import { createOnce, deleteOnce, needed, oneNamed } from './named.ts';
import { differing, objectKind, objectResource } from './object.ts';
import { domainNamed } from './projects.ts';

interface KeypairKey {
  readonly name: string;
  /** The user that owns it, by name or id; default: the administrator. */
  readonly user?: string;
  /** The user's domain by name; default: `Default`. */
  readonly userDomain?: string;
}

export interface Keypair extends KeypairKey {
  /** One line as in `authorized_keys`. */
  readonly publicKey: string;
}

interface Found {
  readonly name: string;
  readonly public_key: string;
  readonly fingerprint: string;
  readonly user: string | undefined;
}

interface Keypairs {
  readonly domains: readonly Domain[];
  readonly users: readonly User[];
  /** By user id; '' for the login's own. */
  readonly found: ReadonlyMap<string, readonly Found[]>;
}

function userId(directory: Pick<Keypairs, 'domains' | 'users'>, key: KeypairKey): string | undefined {
  if (key.user === undefined) return '';
  const byId = directory.users.find((user) => user.id === key.user);
  if (byId) return byId.id;
  const domain = domainNamed(directory.domains, key.userDomain ?? 'Default');
  const own = directory.users.filter((user) => user.domain_id === domain?.id);
  return oneNamed(own, key.user, 'user')?.id;
}

async function keypairsOf(api: Client, user: string): Promise<readonly Found[]> {
  const query = { user_id: user === '' ? undefined : user };
  const items = await api.list<{ keypair: Omit<Found, 'user'> }>('compute', '/os-keypairs', 'keypairs', {
    query: query as Record<string, string | undefined>,
  });
  return items.map(({ keypair }) => ({ ...keypair, user: query.user_id }));
}

/** Nova lists key pairs user by user. */
async function readKeypairs(api: Client, items: readonly KeypairKey[]): Promise<Keypairs> {
  const named = items.some((item) => item.user !== undefined);
  const [domains, users] = await Promise.all([
    named ? api.identity.domains() : [],
    named ? api.identity.users() : [],
  ]);
  const owners = new Set(items.flatMap((item) => userId({ domains, users }, item) ?? []));
  const found = await Promise.all(
    [...owners].map(async (owner) => [owner, await keypairsOf(api, owner)] as const),
  );
  return { domains, users, found: new Map(found) };
}

async function create(api: Client, desired: Keypair, directory: Keypairs): Promise<void> {
  const owner = needed(userId(directory, desired), 'user', desired.user ?? '', `key pair ${desired.name}`);
  const keypair = {
    name: desired.name,
    type: 'ssh',
    public_key: desired.publicKey,
    ...(owner !== '' && { user_id: owner }),
  };
  await createOnce(() => api.request('compute', 'POST', '/os-keypairs', { keypair }));
}

async function remove(api: Client, found: Found): Promise<void> {
  const path = `/os-keypairs/${encodeURIComponent(found.name)}`;
  const query = { user_id: found.user };
  await deleteOnce(() => api.request('compute', 'DELETE', path, undefined, { query }));
}

export const keypair = objectResource(
  objectKind<KeypairKey, Keypair, Keypairs, Found>({
    kind: 'keypair',
    keys: ['name', 'user', 'userDomain'],
    title: (key) => `key pair ${key.name}${key.user === undefined ? '' : ` of user ${key.user}`}`,
    directory: readKeypairs,
    // Names of key pairs are compared with case.
    find: (directory, key) =>
      directory.found.get(userId(directory, key) ?? '?')?.find((item) => item.name === key.name),
    differences: (desired, found) =>
      differing({ 'public key': [found.public_key.trim(), desired.publicKey.trim()] }),
    verb: () => 'replace',
    create,
    // A key pair cannot be changed; instances keep the key that they were started with.
    async update(api, desired, found, directory) {
      await remove(api, found);
      await create(api, desired, directory);
    },
    remove,
    outputs: (found) => ({ name: found.name, fingerprint: found.fingerprint }),
  }),
  (key) => (key.user === undefined ? key.name : `${key.user}/${key.name}`),
);
