import { expect } from 'vitest';
import { ACCEPTANCE_STEP } from '../../../src/checks/acceptance/rows.ts';
import { journalFile, readJournal } from '../../../src/engine/journal.ts';
import { fabricNamespace, nodeNamespace } from '../../../src/lab/names.ts';
import { nodeAddresses } from '../../../src/lab/networks.ts';
import { fileExists } from '../../../src/system/files.ts';
import { waitFor } from '../../../src/system/wait.ts';
import { type Capture, CONTROL_SHOWS, type Place, startCapture } from './capture.ts';
import type { CliRun } from './cli.ts';
import { secretNeedles } from './secrets.ts';

/**
 * keepalived sends this password with each advertisement, readable for all in the network (RFC 2338, 10.2). It tells
 * two clouds in one network apart by mistake, and opens nothing; docs/security.md says so.
 */
const VRRP_SAYS = ['keepalived_password'];

/** What a test needs to know of a lab's node. */
export interface WireHost {
  readonly name: string;
  /** The last octet of its addresses. */
  readonly number: number;
}

/**
 * Where packets of hosts are heard. On each host `lo`, which carries what hosts of a larger cloud would say to one
 * another, and its cards but that of the provider network; in the lab the whole management network.
 */
export function wires(
  lab: string,
  hosts: readonly WireHost[] = [{ name: 'control1', number: 11 }],
): readonly Place[] {
  const fabric = fabricNamespace(lab);
  const [first] = hosts;
  const management = first ? nodeAddresses(first.number).management : expect.fail('no host');
  return [
    { namespace: fabric, device: 'br-management', control: { namespace: fabric, address: management } },
    ...hosts.flatMap(({ name, number }) => {
      const namespace = nodeNamespace(lab, name);
      const own = nodeAddresses(number);
      const cards = { eth0: own.service, eth1: own.management, eth3: own.overlay, eth4: own.storage };
      return [
        { namespace, device: 'lo', control: { namespace, address: own.management } },
        ...Object.entries(cards).map(([device, address]) => ({
          namespace,
          device,
          control: { namespace: fabric, address },
        })),
      ];
    }),
  ];
}

/** Starts a capture when the acceptance test of a run begins. Undefined where the run ended before. */
export async function captureOfAcceptance(
  run: CliRun,
  folder: string,
  places: readonly Place[],
): Promise<Capture | undefined> {
  const file = journalFile(folder);
  const begun = async (): Promise<boolean> =>
    (await fileExists(file)) &&
    readJournal(file).some((event) => event.type === 'step-started' && event.step === ACCEPTANCE_STEP);
  await waitFor('the acceptance test to begin', async () => !run.running || (await begun()), 1500, {
    everyMilliseconds: 500,
  });
  return run.running ? await startCapture(places, await secretNeedles(folder)) : undefined;
}

/** Nothing that the capture heard can be read but what never leaves a host, and all of its controls. */
export async function expectUnreadable(capture: Capture): Promise<void> {
  await capture.stop(async (captured) => {
    for (const heard of captured) {
      const { place, drops } = heard;
      const where = `${place.device} in ${place.namespace}`;
      expect(drops, `packets lost at ${where}`).toBe(0);
      expect(await heard.readable('control'), `the control at ${where}`).toEqual(
        [...CONTROL_SHOWS].toSorted(),
      );
      expect(await heard.readable('rest'), where).toEqual([]);
      const vrrp = await heard.readable('vrrp');
      expect(
        vrrp.filter((name) => !VRRP_SAYS.includes(name)),
        `VRRP at ${where}`,
      ).toEqual([]);
      if (place.device !== 'lo') continue;
      // Processes and their host's haproxy speak in clear text: the search finds what a real API was sent.
      expect(await heard.readable('loopback'), where).toEqual(
        expect.arrayContaining(['token', 'token in a header']),
      );
      expect(await heard.bytes('rest'), `bytes at ${where}`).toBeGreaterThan(1_000_000);
    }
  });
}
