import type { Client } from '../../api/client.ts';
import { hasStatus, orUndefined, sentenceOf } from '../../api/errors.ts';

export interface CleanUpReport {
  /** "server cw-test-1a2b3c-provider" and the like, in the order of their removal. */
  readonly removed: readonly string[];
  readonly leftBehind: readonly { readonly thing: string; readonly reason: string }[];
}

interface Thing {
  readonly name: string;
  /** With its kind, as a report names it: `router cw-test-1a2b3c`. */
  readonly thing: string;
  remove(): Promise<void>;
}

/** A kind of things by its plural, and all of them that the account sees. */
type Family = readonly [kind: string, list: (client: Client) => Promise<readonly Thing[]>];

/** What uses a thing is in an earlier stage; a stage is removed at once. */
const STAGES: readonly (readonly Family[])[] = [
  [
    ['instances', servers],
    ['floating addresses', floatingAddresses],
  ],
  [
    ['volumes', volumes],
    ['routers', routers],
  ],
  [['networks', networks]],
  [
    ['security groups', securityGroups],
    ['key pairs', keypairs],
    ['flavors', flavors],
    ['images', images],
  ],
];

const GONE_SECONDS = 120;
const UNUSED_SECONDS = 60;
/** States of a volume that end by themselves once its instance is gone. */
const PASSING = ['creating', 'attaching', 'detaching', 'in-use', 'reserved'];

/**
 * Removes everything whose name `matches`, in the order that the services demand. It looks for what is there instead of
 * remembering what was made, so that it is the same after a failure, after an interruption and for what an earlier run
 * left. A failure is recorded and the rest is still removed.
 */
export async function cleanUp(client: Client, matches: (name: string) => boolean): Promise<CleanUpReport> {
  const removed: string[] = [];
  const leftBehind: { thing: string; reason: string }[] = [];
  const removeOne = async ({ thing, remove }: Thing): Promise<void> => {
    try {
      await remove();
      removed.push(thing);
    } catch (error) {
      leftBehind.push({ thing, reason: sentenceOf(error) });
    }
  };
  const removeFamily = async ([kind, list]: Family): Promise<void> => {
    let things: readonly Thing[] = [];
    try {
      things = await list(client);
    } catch (error) {
      leftBehind.push({ thing: `${kind}, which could not be listed`, reason: sentenceOf(error) });
    }
    await Promise.all(things.filter(({ name }) => matches(name)).map(removeOne));
  };
  for (const stage of STAGES) await Promise.all(stage.map(removeFamily));
  return { removed, leftBehind };
}

async function servers(client: Client): Promise<readonly Thing[]> {
  const { compute } = client;
  return (await compute.servers()).map(({ id, name }) => {
    const thing = `instance ${name}`;
    return {
      name,
      thing,
      async remove() {
        await orUndefined(compute.removeServer(id));
        await untilGone(client, thing, () => compute.server(id));
      },
    };
  });
}

/** Floating addresses have no name; the test writes it into the description. */
async function floatingAddresses({ network }: Client): Promise<readonly Thing[]> {
  return (await network.floatingAddresses()).map((address) => ({
    name: address.description,
    thing: `floating address ${address.floating_ip_address}`,
    remove: async () => void (await orUndefined(network.remove('floatingips', address.id))),
  }));
}

async function volumes(client: Client): Promise<readonly Thing[]> {
  const { volume } = client;
  return (await volume.volumes()).map(({ id, name }) => {
    const thing = `volume ${name}`;
    return {
      name: name ?? '',
      thing,
      async remove() {
        await client.until(
          `${thing} to be free`,
          async () => {
            const present = await orUndefined(volume.volume(id));
            return present && PASSING.includes(present.status) ? { seen: present.status } : { value: true };
          },
          GONE_SECONDS,
        );
        await orUndefined(volume.remove(id));
        await untilGone(client, thing, () => volume.volume(id));
      },
    };
  });
}

async function routers(client: Client): Promise<readonly Thing[]> {
  const { network } = client;
  return (await network.routers()).map(({ id, name }) => {
    const thing = `router ${name}`;
    return {
      name,
      thing,
      async remove() {
        for (const port of await network.ports({ device_id: id })) {
          if (port.device_owner === 'network:router_gateway') continue;
          await orUndefined(network.removeRouterInterface(id, port.id));
        }
        await whenUnused(client, thing, () => network.remove('routers', id));
      },
    };
  });
}

/** Its subnets go with a network. */
async function networks(client: Client): Promise<readonly Thing[]> {
  const { network } = client;
  return (await network.networks()).map(({ id, name }) =>
    unused(client, 'network', name, () => network.remove('networks', id)),
  );
}

async function securityGroups(client: Client): Promise<readonly Thing[]> {
  const { network } = client;
  return (await network.securityGroups()).map(({ id, name }) =>
    unused(client, 'security group', name, () => network.remove('security-groups', id)),
  );
}

async function keypairs({ compute }: Client): Promise<readonly Thing[]> {
  return (await compute.keypairs()).map((name) => ({
    name,
    thing: `key pair ${name}`,
    remove: async () => void (await orUndefined(compute.removeKeypair(name))),
  }));
}

async function flavors({ compute }: Client): Promise<readonly Thing[]> {
  return (await compute.flavors()).map(({ id, name }) => ({
    name,
    thing: `flavor ${name}`,
    remove: async () => void (await orUndefined(compute.removeFlavor(id))),
  }));
}

async function images(client: Client): Promise<readonly Thing[]> {
  const { image } = client;
  return (await image.list()).map(({ id, name }) =>
    unused(client, 'image', name ?? '', () => image.remove(id)),
  );
}

/** A thing that its service keeps while something uses it. */
function unused(client: Client, kind: string, name: string, remove: () => Promise<void>): Thing {
  const thing = `${kind} ${name}`;
  return { name, thing, remove: () => whenUnused(client, thing, remove) };
}

/** Deletes; waits while something still uses it, which ends a moment after that was deleted. */
async function whenUnused(client: Client, thing: string, remove: () => Promise<void>): Promise<void> {
  await client.until(
    `${thing} to be unused`,
    async () => {
      try {
        await remove();
      } catch (error) {
        if (hasStatus(error, 409)) return { seen: sentenceOf(error) };
        if (!hasStatus(error, 404)) throw error;
      }
      return { value: true };
    },
    UNUSED_SECONDS,
  );
}

async function untilGone(
  client: Client,
  thing: string,
  look: () => Promise<{ readonly status: string }>,
): Promise<void> {
  await client.until(
    `${thing} to be gone`,
    async () => {
      const present = await orUndefined(look());
      return present === undefined ? { value: true } : { seen: present.status };
    },
    GONE_SECONDS,
  );
}
