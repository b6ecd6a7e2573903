import type { Client } from '../../api/client.ts';
import { hasStatus, orUndefined, sentenceOf } from '../../api/errors.ts';

export interface CleanUpReport {
  /** "server cw-test-1a2b3c-provider" and the like, in the order of their removal. */
  readonly removed: readonly string[];
  readonly leftBehind: readonly { readonly thing: string; readonly reason: string }[];
}

interface Thing {
  readonly thing: string;
  remove(): Promise<void>;
}

const GONE_SECONDS = 120;
const UNUSED_SECONDS = 60;

/**
 * Removes everything whose name `matches`, in the order that the services demand: what uses a thing goes before
 * it. It looks for what is there instead of remembering what was made, so that it is the same after a failure,
 * after an interruption and for what an earlier run left. A failure is recorded and the rest is still removed.
 */
export async function cleanUp(client: Client, matches: (name: string) => boolean): Promise<CleanUpReport> {
  const removed: string[] = [];
  const leftBehind: { thing: string; reason: string }[] = [];
  const { compute, image, network, volume } = client;
  const stages: readonly (readonly (readonly [string, () => Promise<readonly Thing[]>])[])[] = [
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
  for (const stage of stages) {
    await Promise.all(
      stage.map(async ([kind, list]) => {
        const things = await listed(kind, list);
        await Promise.all(things.map(removeOne));
      }),
    );
  }
  return { removed, leftBehind };

  async function listed(kind: string, list: () => Promise<readonly Thing[]>): Promise<readonly Thing[]> {
    try {
      return await list();
    } catch (error) {
      leftBehind.push({ thing: `${kind}, which could not be listed`, reason: sentenceOf(error) });
      return [];
    }
  }

  async function removeOne(item: Thing): Promise<void> {
    try {
      await item.remove();
      removed.push(item.thing);
    } catch (error) {
      leftBehind.push({ thing: item.thing, reason: sentenceOf(error) });
    }
  }

  /** Deletes; waits while something still uses it, which ends a moment after that was deleted. */
  async function whenUnused(thing: string, remove: () => Promise<void>): Promise<void> {
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

  function untilGone(thing: string, look: () => Promise<{ readonly status: string }>): Promise<true> {
    return client.until(
      `${thing} to be gone`,
      async () => {
        const present = await orUndefined(look());
        return present === undefined ? { value: true as const } : { seen: present.status };
      },
      GONE_SECONDS,
    );
  }

  async function servers(): Promise<readonly Thing[]> {
    const found = await compute.servers();
    return found
      .filter((server) => matches(server.name))
      .map((server) => {
        const thing = `instance ${server.name}`;
        return {
          thing,
          async remove() {
            await orUndefined(compute.removeServer(server.id));
            await untilGone(thing, () => compute.server(server.id));
          },
        };
      });
  }

  async function floatingAddresses(): Promise<readonly Thing[]> {
    const found = await network.floatingAddresses();
    // Floating addresses have no name; the test writes it into the description.
    return found
      .filter((address) => matches(address.description))
      .map((address) => ({
        thing: `floating address ${address.floating_ip_address}`,
        remove: async () => void (await orUndefined(network.remove('floatingips', address.id))),
      }));
  }

  async function volumes(): Promise<readonly Thing[]> {
    const found = await volume.volumes();
    return found
      .filter((item) => matches(item.name ?? ''))
      .map((item) => {
        const thing = `volume ${item.name}`;
        return {
          thing,
          async remove() {
            await client.until(
              `${thing} to be free`,
              async () => {
                const present = await orUndefined(volume.volume(item.id));
                const passing = ['creating', 'attaching', 'detaching', 'in-use', 'reserved'];
                if (present && passing.includes(present.status)) return { seen: present.status };
                return { value: true };
              },
              GONE_SECONDS,
            );
            await orUndefined(volume.remove(item.id));
            await untilGone(thing, () => volume.volume(item.id));
          },
        };
      });
  }

  async function routers(): Promise<readonly Thing[]> {
    const found = await network.routers();
    return found
      .filter((router) => matches(router.name))
      .map((router) => ({
        thing: `router ${router.name}`,
        async remove() {
          const ports = await network.ports({ device_id: router.id });
          for (const port of ports) {
            if (port.device_owner === 'network:router_gateway') continue;
            await orUndefined(network.removeRouterInterface(router.id, port.id));
          }
          await whenUnused(`router ${router.name}`, () => network.remove('routers', router.id));
        },
      }));
  }

  async function networks(): Promise<readonly Thing[]> {
    const found = await network.networks();
    // Its subnets go with a network.
    return found.filter((item) => matches(item.name)).map((item) => unusedThing('network', item, 'networks'));
  }

  async function securityGroups(): Promise<readonly Thing[]> {
    const found = await network.securityGroups();
    return found
      .filter((item) => matches(item.name))
      .map((item) => unusedThing('security group', item, 'security-groups'));
  }

  function unusedThing(
    kind: string,
    item: { readonly id: string; readonly name: string },
    collection: 'networks' | 'security-groups',
  ): Thing {
    const thing = `${kind} ${item.name}`;
    return { thing, remove: () => whenUnused(thing, () => network.remove(collection, item.id)) };
  }

  async function keypairs(): Promise<readonly Thing[]> {
    return (await compute.keypairs()).filter(matches).map((name) => ({
      thing: `key pair ${name}`,
      remove: async () => void (await orUndefined(compute.removeKeypair(name))),
    }));
  }

  async function flavors(): Promise<readonly Thing[]> {
    const found = await compute.flavors();
    return found
      .filter((flavor) => matches(flavor.name))
      .map((flavor) => ({
        thing: `flavor ${flavor.name}`,
        remove: async () => void (await orUndefined(compute.removeFlavor(flavor.id))),
      }));
  }

  async function images(): Promise<readonly Thing[]> {
    const found = await image.list();
    return found
      .filter((item) => matches(item.name ?? ''))
      .map((item) => {
        const thing = `image ${item.name}`;
        return { thing, remove: () => whenUnused(thing, () => image.remove(item.id)) };
      });
  }
}
